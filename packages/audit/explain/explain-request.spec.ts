import assert from 'node:assert/strict';
import { resourceToJson } from '#registry/changes.ts';
import { emptyResource } from '#registry/kinds.ts';
import { bodyWith, doctored } from '#testkit/chained-log.ts';
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
    },
  ]);
  assert.equal(story.usage?.tokens.cachedInputTokens, 400);
  assert.equal(story.charge?.price?.position, at.secondPrice);
  assert.equal(story.charge.price.source, 'catalogue 2');
  assert.equal(story.charge.releasedNanoUsd, 2_039_852n);
  assert.deepEqual(story.charge.before, money(10_000_000n, 0n, 3_074_852n));
  assert.deepEqual(story.charge.after, money(10_000_000n, 1_035_000n, 0n));
});

test('a key is told as it was last set, and that there was none as well', async () => {
  const value = { ...emptyResource('key', 'k1'), prefix: 'ak_rotated1', name: 'desktop', status: 'revoked' };
  const by = { actor: 'bootstrap', role: 'owner', action: 'revoke', address: '', requestId: '' };
  const data = { resource: resourceToJson({ case: 'key', value }), by, setAtMs: '7' };
  const set = doctored(log, at.keyCreated, () => ({ type: 'ResourceSet', body: JSON.stringify(data) }));
  const story = await explainRequest([set], 'paid');
  assert.deepEqual(story?.key, { keyId: 'k1', prefix: 'ak_rotated1', name: 'desktop', revokedAtMs: 7 });
  const byToken = doctored(log, at.paidAdmitted, bodyWith({ keyId: '' }));
  assert.equal((await explainRequest([byToken], 'paid'))?.key.keyId, '');
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
  const metered = await explainRequest([log.slice(0, at.paidUsage)], 'paid');
  assert.equal(metered?.state, 'metered');
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
