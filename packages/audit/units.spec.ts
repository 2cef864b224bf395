import assert from 'node:assert/strict';
import { streams } from '#contracts/streams.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { auditOf } from '#testkit/audit-of.ts';
import { bodyWith, chainedLog, doctored } from '#testkit/chained-log.ts';
import { admitted, charged, credited, keyCreated, pricePublished, used, userCreated } from '#testkit/events.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { describe, test } from '#testkit/test.ts';
import { explainRequest } from './explain/explain-request.ts';

const KEY = 'openai/gpt-4o-mini';
const pricesOf = (picoUsd: Readonly<Record<string, number>>) =>
  Object.entries(picoUsd).map(([unit, price]) => ({ unit, picoUsd: String(price) }));

const price = pricePublished(KEY, {
  prices: pricesOf({ input: 1_000, audio_input: 10_000, output: 4_000, search: 5_000_000 }),
  serviceTiers: [
    {
      serviceTier: 'priority',
      prices: pricesOf({ input: 2_000, audio_input: 20_000, output: 8_000, search: 5_000_000 }),
      bands: [],
    },
  ],
});

/** A request for text and sound with at most two searches, which was served with priority. */
const POSITION = { usage: 6, charge: 7 };
const log = (): StoredEvent[] => {
  const of = { requestId: 'r', multiplierBasisPoints: 10_000 };
  const stream = streams.request('r');
  const candidates = [{ provider: 'first', model: 'gpt-4o-mini', priceKey: KEY, priceVersion: 1 }];
  const asked = { otherUnits: ['audio_input'], counts: [{ unit: 'search', quantity: 2 }] };
  // 100 x 20,000 + 10 x 8,000 + 2 x 5,000,000 pico-USD
  const hold = { promptTokensBound: 100, outputTokensBound: 10, holdNanoUsd: 12_080n };
  const usage = { input: 50, audio_input: 10, output: 5, search: 1 };
  const lines = [
    { unit: 'input', quantity: 50, pricePicoUsd: '2000' },
    { unit: 'audio_input', quantity: 10, pricePicoUsd: '20000' },
    { unit: 'output', quantity: 5, pricePicoUsd: '8000' },
    { unit: 'search', quantity: 1, pricePicoUsd: '5000000' },
  ];
  const paid = { amountNanoUsd: 5_340n, holdNanoUsd: 12_080n, priceKey: KEY, priceVersion: 1, serviceTier: 'priority' };
  return chainedLog([
    { stream: streams.user('u1'), ...userCreated() },
    { stream: streams.user('u1'), ...credited('u1', 1_000_000n) },
    { stream: streams.key('k1'), ...keyCreated() },
    { stream: streams.price(KEY), ...price },
    { stream, correlationId: 'r', ...admitted({ ...of, ...asked, ...hold, candidates }) },
    { stream, correlationId: 'r', ...used({ requestId: 'r', usage, serviceTier: 'priority' }) },
    { stream, correlationId: 'r', ...charged({ ...of, ...paid, lines }) },
  ]);
};

describe('a request of many units, in another tier of service', () => {
  test('holds every invariant', async () => {
    assert.deepEqual(await auditOf(log()), {});
  });

  test('is told with the bound of all that it might have used, and the prices of its tier', async () => {
    const story = await explainRequest([log()], 'r');
    assert.equal(story?.admission.bounds[0]?.costNanoUsd, 12_080n);
    assert.deepEqual(story.usage?.used, { input: 50, audio_input: 10, output: 5, search: 1 });
    assert.deepEqual([story.charge?.price?.serviceTier, story.charge?.isRecomputed], ['priority', true]);
    assert.equal(story.charge?.arithmetic.lines.at(-1)?.productPicoUsd, 5_000_000n);
  });

  test('that is charged as if another tier had served it is noticed', async () => {
    const usual = await auditOf(doctored(log(), POSITION.usage, bodyWith({ serviceTier: '' })));
    assert.deepEqual(usual['I12']?.map(({ position, found }) => [position, found])[0], [
      POSITION.charge,
      'the tier "priority"',
    ]);
    const claimed = await auditOf(doctored(log(), POSITION.charge, bodyWith({ serviceTier: 'flex' })));
    assert.equal(claimed['I12']?.[0]?.expected, 'the prices of the tier "priority"');
  });

  test('that used something which its charge leaves out is noticed', async () => {
    const quantities = [{ unit: 'input', quantity: 50 }];
    const { I12 } = await auditOf(doctored(log(), POSITION.usage, bodyWith({ quantities, serviceTier: 'priority' })));
    assert.equal(I12?.[0]?.expected, 'the lines input 50 x 2000');
  });
});

/** The body as versions wrote it that had a column a unit of tokens. */
const asBefore = (columns: object, ...lists: readonly string[]) =>
  bodyWith({ ...columns, ...Object.fromEntries(lists.map((name) => [name, undefined])) });

test('events that have columns in the place of lists hold every invariant, and are told the same', async () => {
  const unitPrices = {
    inputPicoUsd: '300000',
    cachedInputPicoUsd: '75000',
    cacheWritePicoUsd: '300000',
    cacheWrite1hPicoUsd: '300000',
    outputPicoUsd: '1200000',
    reasoningPicoUsd: '1200001',
  };
  const usage = {
    inputTokens: 600,
    cachedInputTokens: 400,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: 301,
    reasoningTokens: 99,
  };
  const added = ['quantities', 'serviceTier', 'usageFlags', 'reportedUsage', 'format', 'houseLosses'];
  const priced = doctored(
    sampleLog(),
    at.secondPrice,
    asBefore({ unitPrices, tiers: [] }, 'prices', 'bands', 'serviceTiers'),
  );
  const metered = doctored(priced, at.paidUsage, asBefore({ usage }, ...added));
  const old = doctored(metered, at.paidCharge, asBefore({}, 'serviceTier', 'ratingFlags'));
  const before = doctored(
    old,
    at.paidAdmitted,
    asBefore({}, 'operation', 'format', 'otherUnits', 'counts', 'attribution'),
  );
  assert.deepEqual(await auditOf(before), {});
  const [now, then] = [await explainRequest([sampleLog()], 'paid'), await explainRequest([before], 'paid')];
  assert.deepEqual([then?.charge, then?.usage, then?.admission], [now?.charge, now?.usage, now?.admission]);
});
