import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import { homeStream } from '#contracts/home-stream.ts';
import { bodyWith, chainedLog, doctored } from '#testkit/chained-log.ts';
import { admitted, charged, credited, debited, used } from '#testkit/events.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';
import { explainRequest } from './explain-request.ts';

const log = sampleLog();
const money = (credited: bigint, charged: bigint, held: bigint) => ({
  creditedNanoUsd: credited,
  chargedNanoUsd: charged,
  heldNanoUsd: held,
  availableNanoUsd: credited - charged - held,
});

test('a charged request is told from its admission to its amount', async () => {
  const story = await explainRequest([log], 'paid');
  assert.equal(story?.state, 'charged');
  assert.equal(story.userId, 'u1');
  assert.deepEqual(story.key, { keyId: 'k1', prefix: 'ak_abcdefgh', name: 'laptop', revokedAtMs: null });
  assert.deepEqual(story.admission.before, money(10_000_000n, 0n, 0n));
  assert.deepEqual(story.admission.after, money(10_000_000n, 0n, 3_074_852n));
  assert.deepEqual(story.admission.bounds, [
    {
      provider: 'openai',
      model: 'gpt-sample',
      priceKey: 'openai/gpt-sample',
      priceVersion: 2,
      promptTokensBound: 2_833,
      outputTokensBound: 1_000,
      costNanoUsd: 3_074_852n,
      ...{ likelyCostNanoUsd: null, stage: 0, standsInFor: '' },
    },
  ]);
  assert.equal(story.usage?.used.cached_input, 400);
  assert.equal(story.charge?.price?.position, at.secondPrice);
  assert.equal(story.charge.price.source, 'catalogue 2');
  assert.equal(story.charge.releasedNanoUsd, 2_039_852n);
  assert.deepEqual(story.charge.before, money(10_000_000n, 0n, 3_074_852n));
  assert.deepEqual(story.charge.after, money(10_000_000n, 1_035_000n, 0n));
});

test('the arithmetic of a charge is shown exactly, its rounding included', async () => {
  const story = await explainRequest([log], 'paid');
  const arithmetic = story?.charge?.arithmetic;
  assert.deepEqual(
    arithmetic?.lines.map((line) => line.productPicoUsd),
    [180_000_000n, 30_000_000n, 361_200_000n, 118_800_099n],
  );
  assert.equal(arithmetic?.sumPicoUsd, 690_000_099n);
  assert.equal(arithmetic.exactNanoUsd, '1035000.1485');
  assert.equal(arithmetic.roundedNanoUsd, 1_035_000n);
  assert.equal(story?.charge?.isRecomputed, true);
});

test('what a request costs above its hold is shown as the house’s', async () => {
  const story = await explainRequest([log], 'overrun');
  assert.equal(story?.charge?.amountNanoUsd, 1_000n);
  assert.equal(story.charge.overrunNanoUsd, 3_500n);
  assert.equal(story.charge.isRecomputed, true);
});

test('a request that failed, expired or still runs is told as far as it came', async () => {
  const failed = await explainRequest([log], 'failed');
  assert.equal(failed?.state, 'charged');
  assert.equal(failed.charge?.price, null);
  assert.equal(failed.charge?.isRecomputed, true);
  const lost = await explainRequest([log], 'lost');
  assert.equal(lost?.state, 'expired');
  assert.equal(lost.expiry?.reason, 'orphaned');
  assert.deepEqual(lost.expiry?.after, money(10_000_000n, 1_035_000n, 0n));
  const running = await explainRequest([log], 'running');
  assert.equal(running?.state, 'running');
  assert.equal(running.key.revokedAtMs !== null, true);
  assert.deepEqual([failed.ending, lost.ending, running.ending], ['not_answered', 'expired', 'running']);
  const metered = await explainRequest([log.slice(0, at.paidUsage)], 'paid');
  assert.deepEqual([metered?.state, metered?.ending], ['metered', 'answered']);
});

test('every event of the request comes with hashes that recompute', async () => {
  const story = await explainRequest([log], 'paid');
  assert.deepEqual(
    story?.proof.events.map((event) => [event.position, event.type]),
    [
      [at.paidAdmitted, 'RequestAdmitted'],
      [at.paidUsage, 'UsageRecorded'],
      [at.paidCharge, 'ChargePosted'],
    ],
  );
  for (const event of story?.proof.events ?? []) assert.equal(event.recomputedChain, event.storedChain);
  assert.equal(story?.proof.firstBreakAt, null);
});

test('a log changed before the request is told with the place where it breaks', async () => {
  const changed = log.map((event) =>
    event.position === at.balanceCredited ? { ...event, body: `${event.body} ` } : event,
  );
  const story = await explainRequest([changed], 'paid');
  assert.equal(story?.proof.firstBreakAt, at.balanceCredited);
});

test('a charge that does not follow from its usage says so', async () => {
  const usage = { inputTokens: 1 };
  const story = await explainRequest([doctored(log, at.paidUsage, bodyWith({ usage }))], 'paid');
  assert.equal(story?.charge?.isRecomputed, false);
});

test('a request that is not in the log is not told', async () => {
  assert.equal(await explainRequest([log], 'nobody'), undefined);
  assert.equal(await explainRequest([], 'nobody'), undefined);
});

test('how a request was routed is told, and what its failed attempts cost the house', async () => {
  const candidate = { provider: 'first', model: 'm', priceKey: 'c/m', priceVersion: 1 };
  const admission = admitted({
    requestId: 'a',
    candidates: [
      { ...candidate, likelyCostNanoUsd: '12' },
      { ...candidate, provider: 'later', stage: 1, standsInFor: 'context_window' },
    ],
    ...{ routeId: 'canary', strategy: 'lowest_cost', strategySource: 'request' },
    leftOut: [{ provider: 'far', model: 'm', reason: 'region' }],
    shadows: [{ ...candidate, provider: 'copy', likelyCostNanoUsd: '7' }],
  });
  const attempts = [
    {
      ...{ provider: 'first', model: 'm', status: 429, error: 'upstream_rate_limited', durationMs: 5 },
      ...{ account: 'b', reason: 'lowest_cost: 0.000000012 USD of 2', failure: 'rate' },
    },
  ];
  const houseCost = {
    ...{ attempt: 0, provider: 'first', model: 'm', priceKey: 'c/m', priceVersion: 1 },
    ...{ lines: [], amountNanoUsd: '9', estimated: true },
  };
  const events = [
    credited('u1', 5_000n),
    admission,
    used({ requestId: 'a', attempts }),
    charged({ requestId: 'a', amountNanoUsd: 0n, houseCosts: [houseCost] }),
  ];
  const log = [chainedLog(events.map((event) => ({ ...event, stream: homeStream(event) })))];
  const story = await explainRequest(log, 'a');
  assert.deepEqual(story?.admission.routing, {
    ...{ routeId: 'canary', strategy: 'lowest_cost', strategySource: 'request' },
    leftOut: [{ provider: 'far', model: 'm', reason: 'region' }],
    shadow: { provider: 'copy', model: 'm', likelyCostNanoUsd: 7n },
  });
  assert.deepEqual(
    story.admission.bounds.map(({ stage, standsInFor, likelyCostNanoUsd }) => [stage, standsInFor, likelyCostNanoUsd]),
    [
      [0, '', 12n],
      [1, 'context_window', null],
    ],
  );
  assert.partialDeepStrictEqual(story.usage?.attempts, attempts);
  assert.deepEqual(story.charge?.houseCosts, [{ attempt: 0, amountNanoUsd: 9n, estimated: true }]);
});

test('who pays is told, and what was set aside on limits beside what was used and held before', async () => {
  const team = { payerKind: 'team', payerId: 't' };
  const on = {
    limitId: 'l',
    generation: 1,
    windowStartMs: '60000',
    unit: 'tokens',
    amount: '50',
    kind: 'rate',
    provider: '',
  };
  const admission = (requestId: string): GatewayEvent => {
    const event = admitted({ requestId, ...team });
    return { ...event, data: { ...event.data, reservations: [on] } };
  };
  const lines = [{ unit: 'output', quantity: 20, pricePicoUsd: '0' }];
  const charge = charged({ requestId: 'a', amountNanoUsd: 7n, ...team });
  const events = [
    credited('', 5_000n, team),
    debited({ kind: 'team', id: 't' }, 100n),
    admission('a'),
    used({ requestId: 'a' }),
    { ...charge, data: { ...charge.data, lines } },
    admission('b'),
    admission('c'),
  ];
  const story = await explainRequest(
    [chainedLog(events.map((event) => ({ ...event, stream: homeStream(event) })))],
    'c',
  );
  assert.deepEqual(story?.payer, { kind: 'team', id: 't' });
  assert.deepEqual(story.admission.before, money(4_900n, 7n, 1_000n));
  assert.deepEqual(story.admission.limits, [
    {
      limitId: 'l',
      unit: 'tokens',
      kind: 'rate',
      provider: '',
      windowStartMs: 60_000,
      amount: 50n,
      usedBefore: 20n,
      heldBefore: 50n,
    },
  ]);
});
