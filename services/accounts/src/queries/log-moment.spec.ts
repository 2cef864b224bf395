import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { GetLogMomentRequestSchema, GetLogMomentResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { timeText } from '#kernel/time-text.ts';
import { LOG_BEGAN_AT_MS, rechained } from '#testkit/chained-log.ts';
import { sampleLog } from '#testkit/sample-log.ts';
import { storedLogOf } from '#testkit/stored-log.ts';
import { test } from '#testkit/test.ts';
import { getLogMoment, logMomentAt } from './log-moment.ts';

const log = sampleLog();
const DAY_MS = 86_400_000;
const NOW_MS = LOG_BEGAN_AT_MS + DAY_MS;

async function moment(at: string, events: readonly StoredEvent[] = log) {
  const request = create(GetLogMomentRequestSchema, { at });
  const answer = await getLogMoment({ log: storedLogOf(events), nowMs: NOW_MS }, request);
  return create(GetLogMomentResponseSchema, answer);
}

test('a moment is the last event up to then, with its hash, and where the log begins and ends', async () => {
  const [fifth, last] = [log[4], log.at(-1)];
  const found = await moment(timeText(LOG_BEGAN_AT_MS + 4_999));
  assert.deepEqual([found.position, found.chain], [5n, fifth?.chain.toString('hex')]);
  assert.equal(found.recordedAt, timeText(LOG_BEGAN_AT_MS + 4_000));
  assert.equal(found.firstAt, timeText(LOG_BEGAN_AT_MS));
  assert.deepEqual([found.headPosition, found.headChain], [BigInt(log.length), last?.chain.toString('hex')]);
  assert.equal(found.headAt, timeText(last?.recordedAtMs ?? 0));
});

test('the same moment in another zone is the same, and is told in UTC', async () => {
  const [utc, berlin] = [await moment('2026-01-15T12:00:03Z'), await moment('2026-01-15T13:00:03+01:00')];
  assert.deepEqual(utc, berlin);
  assert.equal(berlin.recordedAt, '2026-01-15T12:00:03.000Z');
});

test('before the first event the log had none, and an empty log never had any', async () => {
  const before = await moment(timeText(LOG_BEGAN_AT_MS - 1));
  assert.deepEqual([before.position, before.recordedAt, before.chain], [0n, '', '0'.repeat(64)]);
  assert.equal(before.firstAt, timeText(LOG_BEGAN_AT_MS));
  const empty = await moment('2026-01-15T12:00:00Z', []);
  assert.deepEqual([empty.position, empty.headPosition, empty.firstAt, empty.headAt], [0n, 0n, '', '']);
});

test('the future is refused by its field', async () => {
  await assert.rejects(
    moment(timeText(NOW_MS + 1)),
    (thrown) => thrown instanceof Fault && thrown.code === 'invalid_request' && thrown.refusal.param === 'at',
  );
});

test('in a log of any length and pace, a moment is what a search from the first event finds, by a few reads', async () => {
  const [template] = log;
  assert.ok(template !== undefined);
  const anyLog = fc.array(fc.oneof(fc.constant(0), fc.nat(5_000)), { minLength: 1, maxLength: 1_500 }).map((pauses) => {
    let recordedAtMs = LOG_BEGAN_AT_MS;
    return rechained(
      pauses.map((pause, index) => {
        recordedAtMs += pause;
        return { ...template, position: index + 1, recordedAtMs };
      }),
    );
  });
  const holds = async (events: readonly StoredEvent[], offsetMs: number): Promise<void> => {
    const stored = storedLogOf(events);
    let reads = 0;
    const counted: typeof stored = {
      ...stored,
      readStored(after, limit) {
        reads += 1;
        return stored.readStored(after, limit);
      },
    };
    const atMs = LOG_BEGAN_AT_MS + offsetMs;
    const found = await logMomentAt({ log: counted, nowMs: NOW_MS }, timeText(atMs));
    assert.equal(found.position, events.filter(({ recordedAtMs }) => recordedAtMs <= atMs).length);
    assert.ok(reads <= 7, `${reads} reads`);
  };
  await fc.assert(fc.asyncProperty(anyLog, fc.integer({ min: -1_000, max: 8_000_000 }), holds), { numRuns: 40 });
});
