import assert from 'node:assert/strict';
import type { StoredEvent } from '#journal/stored-event.ts';
import { auditOf } from '#testkit/audit-of.ts';
import { eventIdAt, rechained } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

const log = sampleLog();

/** Repeats the event at a position at the log's end, as the next of its stream. */
function again(position: number): StoredEvent[] {
  const event = log[position - 1];
  assert.ok(event !== undefined);
  const version = Math.max(...log.filter(({ stream }) => stream === event.stream).map((other) => other.version)) + 1;
  return rechained([...log, { ...event, position: log.length + 1, version, eventId: eventIdAt(log.length + 1) }]);
}

const violationsOf = async (position: number) =>
  (await auditOf(again(position)))['I8']?.map(({ position, found }) => ({ position, found }));

test('a hold that expires after it was charged, or twice, is noticed', async () => {
  const found = (type: string) => [{ position: log.length + 1, found: `${type} for a hold that is over` }];
  assert.deepEqual(await violationsOf(at.lostExpired), found('HoldExpired'));
  assert.deepEqual(await violationsOf(at.paidCharge), found('ChargePosted'));
});

test('a request that is admitted twice, or metered after its end, is noticed', async () => {
  const found = (type: string, state: string) => [
    { position: log.length + 1, found: `${type} for a hold that is ${state}` },
  ];
  assert.deepEqual(await violationsOf(at.runningAdmitted), found('RequestAdmitted', 'open'));
  assert.deepEqual(await violationsOf(at.paidUsage), found('UsageRecorded', 'over'));
});

test('a charge without a hold is noticed', async () => {
  const without = log.filter(({ stream, type }) => stream !== 'request-paid' || type === 'ChargePosted');
  const { I8 } = await auditOf(without);
  assert.deepEqual(
    I8?.map(({ position, expected }) => ({ position, expected })),
    [{ position: at.paidCharge, expected: 'RequestAdmitted before anything else of its request' }],
  );
});
