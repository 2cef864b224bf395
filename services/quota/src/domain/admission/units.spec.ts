import assert from 'node:assert/strict';
import { type AdmitRequest, noAttribution } from '#contracts/quota.ts';
import { charged, pricePublished, used } from '#testkit/events.ts';
import { describe, test } from '#testkit/test.ts';
import { accepted, refused, worldOf } from '../../memory/testing.ts';
import { admit, decide, limit, request, world } from './testing.ts';

const priced = (picoUsd: Readonly<Record<string, number>>) =>
  Object.entries(picoUsd).map(([unit, price]) => ({ unit, picoUsd: String(price) }));

/** Provider p can be billed for text alone, q for sound and searches as well. */
const candidates = [
  { provider: 'p', model: 'm', priceKey: 'c/m' },
  { provider: 'q', model: 'm', priceKey: 'c/sound' },
];
const sound = pricePublished('c/sound', {
  prices: priced({ input: 0, output: 1_000, audio_input: 2_000, search: 5_000_000 }),
});
const decideWith = (fields: Partial<AdmitRequest>) => decide([sound], request({ candidates, ...fields }));

describe('a request that may use more than text', () => {
  test('goes to the candidates that have a price for all of it, and holds what it can cost there', () => {
    const { event, holdNanoUsd, ...placed } = accepted(
      decideWith({ otherUnits: ['audio_input'], counts: { search: 2 } }),
    );
    assert.deepEqual(
      placed.candidates.map(({ provider }) => provider),
      ['q'],
    );
    // 1,000 prompt tokens at 2 nano-USD, 100 of the answer at 1, and two searches at 5,000.
    assert.equal(holdNanoUsd, 2_000n + 100n + 10_000n);
    assert.deepEqual(event.data.otherUnits, ['audio_input']);
    assert.deepEqual(event.data.counts, [{ unit: 'search', quantity: 2 }]);
  });

  test('is refused by the unit where no candidate has a price for it', () => {
    const { refusal } = refused(decideWith({ otherUnits: ['audio_input', 'audio_output'] }));
    assert.equal(refusal.code, 'feature_not_priced');
    assert.match(refusal.message, /"gpt-4o" has no price for audio_input/);
    const images = refused(decide([sound], request({ candidates: candidates.slice(1), counts: { image: 1 } })));
    assert.match(images.refusal.message, /no price for image \(images\)/);
  });

  test('counts what is counted one by one within what an event can hold', () => {
    for (const quantity of [-1, 1.5, Number.NaN, 2 ** 32]) {
      const { refusal } = refused(decideWith({ counts: { search: quantity } }));
      assert.deepEqual([refusal.code, /search/.test(refusal.message)], ['invalid_request', true]);
    }
  });

  test('where its answer is left open has as many tokens as are left of the money for the rest', () => {
    const open = { candidates: candidates.slice(1), outputTokensRequested: 0, promptTokensBound: 0 };
    // A million nano-USD, less 190 searches at 5,000, are 50,000 tokens: more than the default is not given.
    const few = accepted(decide([sound], request({ ...open, counts: { search: 190 } })));
    assert.equal(few.outputTokensMax, 16_384);
    const fewer = accepted(decide([sound], request({ ...open, counts: { search: 199 } })));
    assert.equal(fewer.outputTokensMax, 4_096);
    assert.equal(
      refused(decide([sound], request({ ...open, counts: { search: 200 } }))).refusal.code,
      'insufficient_balance',
    );
  });
});

describe('a tier of service', () => {
  const tiers = [{ serviceTier: 'priority', prices: priced({ input: 0, output: 3_000 }), bands: [] }];
  const tiered = pricePublished('c/m', { serviceTiers: tiers });
  const holdOf = (serviceTier: string) => accepted(decide([tiered], request({ serviceTier }))).holdNanoUsd;

  test('that is asked for, or left open, is held for at its price', () => {
    assert.deepEqual(['default', 'standard_only', '', 'auto', 'priority', 'fast'].map(holdOf), [
      100n,
      100n,
      300n,
      300n,
      300n,
      300n,
    ]);
  });

  test('that no candidate has a price for is refused by its field', () => {
    const { refusal } = refused(decide([tiered], request({ serviceTier: 'scale' })));
    assert.deepEqual([refusal.code, refusal.param], ['feature_not_priced', 'service_tier']);
  });
});

describe('a request for vectors', () => {
  const vectors = [{ provider: 'p', model: 'v', priceKey: 'c/v' }];
  const price = pricePublished('c/v', { prices: priced({ input: 1_000 }) });
  const embed = request({ candidates: vectors, operation: 'embed', format: 'openai-embeddings' });

  test('holds its prompt alone, and needs no price for an answer', () => {
    for (const outputTokensRequested of [0, 100]) {
      const { holdNanoUsd, outputTokensBound, event } = accepted(decide([price], { ...embed, outputTokensRequested }));
      assert.deepEqual([holdNanoUsd, outputTokensBound, event.data.operation], [1_000n, 0, 'embed']);
    }
  });

  test('is what a model without a price for answers can be asked for, and nothing else', () => {
    const { refusal } = refused(decide([price], { ...embed, operation: 'chat' }));
    assert.match(refusal.message, /no price for output/);
  });
});

describe('what a client says of its request', () => {
  const attribution = { tags: ['bill'], metadata: { ticket: '7' }, sessionId: 's', agentId: 'a' };

  test('is on record with the admission', () => {
    assert.deepEqual(accepted(decide([], request({ attribution }))).event.data.attribution, attribution);
  });

  test('counts against the limits of its tags, each once, beside those of key, user and team', () => {
    const tag = (id: string, amount: string) => limit({ id, subject: { kind: 'tag', id }, amount });
    const named = request({ attribution: { ...attribution, tags: ['bill', 'k-tag', 'bill'] } });
    assert.equal(decide([tag('bill', '0')]).kind, 'accepted');
    assert.match(refused(decide([tag('bill', '0')], named)).refusal.message, /^The limit bill allows 0/);
    const { reservations } = accepted(decide([tag('bill', '1'), tag('k-tag', '1')], named));
    assert.deepEqual(
      reservations.map(({ limitId, amount }) => [limitId, amount]),
      [
        ['k-tag', 1n],
        ['bill', 1n],
      ],
    );
  });

  test('has twenty tags at most', () => {
    const tags = (count: number) => ({ ...noAttribution, tags: Array.from({ length: count }, (_, at) => `t${at}`) });
    assert.equal(decide([], request({ attribution: tags(20) })).kind, 'accepted');
    const { refusal } = refused(decide([], request({ attribution: tags(21) })));
    assert.deepEqual([refusal.code, refusal.param], ['invalid_request', 'tags']);
  });
});

test('limits of tokens count the tokens of every unit, and nothing that is counted one by one', () => {
  const limits = [
    limit({ id: 'all', unit: 'tokens', kind: 'hard', amount: '5000' }),
    limit({ id: 'in', unit: 'input_tokens', kind: 'hard', amount: '5000' }),
    limit({ id: 'out', unit: 'output_tokens', kind: 'hard', amount: '5000' }),
  ];
  const decisions = worldOf([...world, sound, ...limits]);
  admit(decisions, 'r', { candidates, otherUnits: ['audio_input'], counts: { search: 1 } });
  const lines = [
    { unit: 'input', quantity: 1, pricePicoUsd: '0' },
    { unit: 'audio_input', quantity: 2, pricePicoUsd: '0' },
    { unit: 'cache_write_12h', quantity: 4, pricePicoUsd: '0' },
    { unit: 'reasoning', quantity: 8, pricePicoUsd: '0' },
    { unit: 'audio_output', quantity: 16, pricePicoUsd: '0' },
    { unit: 'search', quantity: 1_000, pricePicoUsd: '0' },
  ];
  const of = { requestId: 'r', userId: 'u', keyId: 'k', holdNanoUsd: 7_100n };
  decisions.take(used(of), charged({ ...of, amountNanoUsd: 1n, lines, provider: 'q' }));
  const usedOf = (id: string) => decisions.live.counters.get(id)?.current.used;
  assert.deepEqual(['all', 'in', 'out'].map(usedOf), [31n, 7n, 24n]);
});
