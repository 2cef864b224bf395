import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { ExplainRequestResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { storedLogOf } from '#testkit/stored-log.ts';
import { test } from '#testkit/test.ts';
import { explainRequest } from './explain-request.ts';

const noKeys = { get: () => undefined };

async function explained(events: readonly StoredEvent[], id: string) {
  const answer = await explainRequest({ log: storedLogOf(events), registry: noKeys }, id);
  return create(ExplainRequestResponseSchema, answer);
}

test('a charged request is told to the last digit, and each of its events hangs on the one before', async () => {
  const story = await explained(sampleLog(), 'paid');
  assert.deepEqual([story.state, story.ending, story.userId, story.payerKind], ['charged', 'answered', 'u1', 'user']);
  assert.equal(story.admission?.holdUsd, '0.003074852');
  assert.deepEqual(
    story.admission.bounds.map(({ costUsd, priceVersion }) => [costUsd, priceVersion]),
    [['0.003074852', 2]],
  );
  assert.deepEqual(story.usage?.quantities.find(({ unit }) => unit === 'cached_input')?.quantity, 400n);
  const { charge } = story;
  assert.deepEqual(
    charge?.lines.map(({ picoUsd }) => picoUsd),
    ['180000000', '30000000', '361200000', '118800099'],
  );
  assert.deepEqual(
    [charge?.exactNanoUsd, charge?.amountUsd, charge?.priceVersion, charge?.pricePosition, charge?.recomputes],
    ['1035000.1485', '0.001035', 2, BigInt(at.secondPrice), true],
  );
  assert.equal(
    charge?.postings.reduce((sum, { amountUsd }) => sum + Math.round(Number(amountUsd) * 1e9), 0),
    0,
  );
  assert.deepEqual(
    story.proof.map(({ position, isSound }) => [Number(position), isSound]),
    [at.paidAdmitted, at.paidUsage, at.paidCharge].map((position) => [position, true]),
  );
});

test('a request that runs, or whose hold expired, is told as far as it came', async () => {
  const running = await explained(sampleLog(), 'running');
  assert.deepEqual([running.state, running.usage, running.charge], ['running', undefined, undefined]);
  assert.equal((await explained(sampleLog(), 'lost')).expiry?.reason, 'orphaned');
});

test('an event that was changed does not hang on the chain any more', async () => {
  const changed = sampleLog().map((event) =>
    event.position === at.paidUsage ? { ...event, body: `${event.body} ` } : event,
  );
  assert.deepEqual(
    (await explained(changed, 'paid')).proof.map(({ isSound }) => isSound),
    [true, false, true],
  );
});

test('a request that left no event is not told', async () => {
  await assert.rejects(
    explained(sampleLog(), 'nobody'),
    (thrown) => thrown instanceof Fault && thrown.code === 'not_found',
  );
});
