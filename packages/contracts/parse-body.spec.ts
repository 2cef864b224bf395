import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { parseBody } from './parse-body.ts';

describe('the body of an event', () => {
  test('has the fields that were added after it was written', () => {
    const old = '{"requestId":"r","userId":"u","amountNanoUsd":"5"}';
    assert.deepEqual(parseBody('ChargePosted', old), {
      requestId: 'r',
      userId: 'u',
      amountNanoUsd: '5',
      payerKind: '',
      payerId: '',
      provider: '',
      serviceTier: '',
      ratingFlags: [],
      houseCosts: [],
      attribution: { tags: [], metadata: {}, sessionId: '', agentId: '' },
    });
  });

  test('keeps what it says of them', () => {
    assert.deepEqual(
      parseBody('ChargePosted', '{"provider":"p","ratingFlags":["unpriced:search"],"attribution":{"tags":["t"]}}'),
      {
        provider: 'p',
        payerKind: '',
        payerId: '',
        serviceTier: '',
        ratingFlags: ['unpriced:search'],
        houseCosts: [],
        attribution: { tags: ['t'] },
      },
    );
  });

  test('of a type that nothing was added to is what was written', () => {
    assert.deepEqual(parseBody('TermBegan', '{"epoch":3}'), { epoch: 3 });
  });
});

describe('the columns of an old event are read as lists by unit:', () => {
  const columns = { inputTokens: 10, cachedInputTokens: 4, cacheWriteTokens: 0, outputTokens: 7, reasoningTokens: 2 };
  const quantities = [
    { unit: 'input', quantity: 10 },
    { unit: 'cached_input', quantity: 4 },
    { unit: 'output', quantity: 7 },
    { unit: 'reasoning', quantity: 2 },
  ];
  const read = (type: string, body: object) => parseBody(type, JSON.stringify(body));

  test('what was used, and what the house paid', () => {
    const old = { requestId: 'r', usage: columns, houseLosses: [{ attempt: 0, usage: columns, estimated: true }] };
    assert.deepEqual(read('UsageRecorded', old), {
      requestId: 'r',
      quantities,
      houseLosses: [{ attempt: 0, estimated: true, quantities, serviceTier: '' }],
      serviceTier: '',
      usageFlags: [],
      reportedUsage: '',
      format: '',
    });
  });

  test('nothing that was used, and no losses', () => {
    const { quantities: none, houseLosses } = read('UsageRecorded', { usage: {} }) as Record<string, unknown>;
    assert.deepEqual([none, houseLosses], [[], []]);
  });

  test('a price with its tiers by prompt size; a column that is not there was a price of zero', () => {
    const unitPrices = { inputPicoUsd: '5', cachedInputPicoUsd: '1', cacheWritePicoUsd: '6', outputPicoUsd: '9' };
    const units = ['input', 'cached_input', 'cache_write', 'cache_write_1h', 'output', 'reasoning'];
    const list = (...picoUsd: string[]) => units.map((unit, at) => ({ unit, picoUsd: picoUsd[at] }));
    const tiers = [{ abovePromptTokens: 200, unitPrices: { ...unitPrices, inputPicoUsd: '7' } }];
    assert.deepEqual(read('PricePublished', { priceKey: 'c/m', unitPrices, tiers }), {
      priceKey: 'c/m',
      prices: list('5', '1', '6', '0', '9', '0'),
      bands: [{ abovePromptTokens: 200, prices: list('7', '1', '6', '0', '9', '0') }],
      serviceTiers: [],
      effectiveAtMs: '0',
    });
  });

  test('and a body that has the lists is what was written', () => {
    const body = { quantities, houseLosses: [{ attempt: 1, quantities, estimated: false, serviceTier: 'flex' }] };
    assert.partialDeepStrictEqual(read('UsageRecorded', body), body);
    const price = { prices: [{ unit: 'search', picoUsd: '3' }], bands: [], serviceTiers: [], effectiveAtMs: '4' };
    assert.deepEqual(read('PricePublished', price), price);
  });
});
