import assert from 'node:assert/strict';
import { pino } from 'pino';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, AppendResult } from '#journal/journal.ts';
import { test } from '#testkit/test.ts';
import type { Hold } from '../domain/account/hold.ts';
import { createHoldDeadlines } from '../memory/hold-deadlines.ts';
import { createHoldCloser } from './hold-closer.ts';

const signal = AbortSignal.timeout(60_000);

/** Two open holds, and a log that answers their closings as `answer` says. */
function startCloser() {
  const holds = new Map(
    ['r1', 'r2'].map((requestId, index): [string, Hold] => [
      requestId,
      {
        requestId,
        userId: 'u1',
        payer: { kind: 'user', id: 'u1' },
        holdNanoUsd: 5n,
        reservations: [],
        position: index + 1,
        expiresAtMs: 10,
        state: 'open',
      },
    ]),
  );
  const parts = {
    nowMs: 100,
    answer: (): AppendResult => ({ kind: 'appended', position: 3, isRepeat: false }),
    appended: [] as AppendRequest[],
  };
  const closer = createHoldCloser({
    journal: {
      append: async (request) => {
        parts.appended.push(request);
        return parts.answer();
      },
    },
    clock: () => parts.nowMs,
    logger: pino({ level: 'silent' }),
    deadlines: createHoldDeadlines(),
    holdOf: (requestId) => holds.get(requestId),
  });
  return { closer, parts, holds };
}

function fail(code: 'invalid_request' | 'unavailable') {
  return (): never => {
    throw new Fault({ code, message: 'No.' });
  };
}

test('a hold that cannot be closed is a dead letter of its admission, and a retry that closes it takes it away', async () => {
  const { closer, parts } = startCloser();
  parts.answer = fail('invalid_request');
  assert.equal(await closer.close(['r1', 'r2'], 'orphaned'), 0);
  parts.nowMs = 200;
  const [tried] = await Array.fromAsync(closer.deadLetters.retry({ kind: 'request', requestId: 'r1' }, signal));
  assert.equal(tried?.isSettled, false);
  const [first, second, ...more] = await closer.deadLetters.list(0, 10);
  assert.ok(first !== undefined && second !== undefined && more.length === 0);
  assert.deepEqual(
    [first.consumer, first.position, first.eventType, first.stream, first.failure],
    ['quota.hold-closing', 1, 'RequestAdmitted', 'request-r1', { code: 'invalid_request', message: 'No.' }],
  );
  assert.deepEqual([first.tries, first.firstTriedAtMs, first.lastTriedAtMs, second.tries], [2, 100, 200, 1]);

  parts.answer = () => ({ kind: 'appended', position: 3, isRepeat: false });
  const outcomes = await Array.fromAsync(closer.deadLetters.retry({ kind: 'all' }, signal));
  assert.deepEqual(
    outcomes.map(({ isSettled }) => isSettled),
    [true, true],
  );
  assert.deepEqual(await closer.deadLetters.list(0, 10), []);
  // The first of them may have been written all the same: the same bytes each time.
  const bytes = parts.appended
    .filter(({ stream }) => stream === 'request-r1')
    .map(({ events }) => JSON.stringify(events));
  assert.deepEqual([bytes.length, new Set(bytes).size], [3, 1]);
});

test('a log that is away makes no dead letter, and a hold that ended otherwise is none any more', async () => {
  const { closer, parts, holds } = startCloser();
  parts.answer = fail('unavailable');
  await closer.close(['r1'], 'expired');
  assert.deepEqual(await closer.deadLetters.list(0, 10), []);
  parts.answer = fail('invalid_request');
  await closer.close(['r1'], 'expired');
  assert.equal((await closer.deadLetters.list(0, 10)).length, 1);
  holds.delete('r1');
  await closer.close(['r1'], 'expired');
  assert.deepEqual(await closer.deadLetters.list(0, 10), []);
});
