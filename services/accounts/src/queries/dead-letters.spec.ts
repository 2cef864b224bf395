import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import {
  ListDeadLettersRequestSchema,
  ListDeadLettersResponseSchema,
  RetryDeadLettersRequestSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { type DeadLetter, failedAgain } from '#dead-letters/dead-letter.ts';
import { deadLettersInMemory } from '#dead-letters/dead-letter-source.ts';
import { deadLettersHere } from '#dead-letters/dead-letters-port.ts';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { type DeadLettersOf, listDeadLetters, retryDeadLetters } from './dead-letters.ts';

/** A process with one consumer; a try settles its events at even positions. */
function processOf(consumer: string, count: number): DeadLettersOf {
  const letters = new Map<number, DeadLetter>();
  for (let position = 1; position <= count; position++) {
    letters.set(position, {
      ...{ consumer, position, eventId: `e${position}`, eventType: 'UsageRecorded', stream: `request-r${position}` },
      ...{ failure: { code: 'price_missing', message: 'none' }, tries: 2, firstTriedAtMs: 1_000, lastTriedAtMs: 2_000 },
    });
  }
  const source = deadLettersInMemory({
    consumer,
    letters: () => [...letters.values()],
    current: ({ position }) => letters.get(position),
    async tryNow(letter) {
      if (letter.position % 2 === 0) letters.delete(letter.position);
      else letters.set(letter.position, failedAgain(letter, letter.failure, 3_000));
    },
  });
  return { process: consumer, port: deadLettersHere([source]) };
}

const unavailable = new Fault({ code: 'unavailable', message: 'It is away.' });
const away: DeadLettersOf = {
  process: 'quota',
  port: { list: () => Promise.reject(unavailable), retry: () => Promise.reject(unavailable) },
};

async function listed(processes: readonly DeadLettersOf[], consumer = '', limit = 10) {
  const request = create(ListDeadLettersRequestSchema, { consumer, limit });
  return create(ListDeadLettersResponseSchema, await listDeadLetters(processes, request));
}

type Record = Parameters<typeof retryDeadLetters>[2];

async function retried(
  processes: readonly DeadLettersOf[],
  consumer = '',
  position = 0n,
  record: Record = async () => {},
) {
  return retryDeadLetters(processes, create(RetryDeadLettersRequestSchema, { consumer, position }), record);
}

test('what is stuck is listed over all processes, up to a limit, and one that is away is named and hides no other', async () => {
  const processes = [processOf('a', 2), away, processOf('b', 2)];
  const all = await listed(processes);
  assert.deepEqual(
    all.deadLetters.map(({ consumer, position, requestId }) => [consumer, Number(position), requestId]),
    [
      ['a', 1, 'r1'],
      ['a', 2, 'r2'],
      ['b', 1, 'r1'],
      ['b', 2, 'r2'],
    ],
  );
  assert.deepEqual([all.consumers, all.isCut, all.unanswered], [['a', 'b'], false, ['quota: It is away.']]);
  const cut = await listed(processes, '', 3);
  assert.deepEqual([cut.deadLetters.length, cut.isCut], [3, true]);
  assert.deepEqual(
    (await listed(processes, 'b')).deadLetters.map(({ consumer }) => consumer),
    ['b', 'b'],
  );
});

test('a retry says how many have their outcome and how many are stuck, of one event, one consumer or all', async () => {
  const processes = [processOf('a', 4), processOf('b', 3)];
  assert.deepEqual(await retried(processes, 'a', 2n), { succeeded: 1n, stuck: 0n });
  assert.deepEqual(await retried(processes, 'b'), { succeeded: 1n, stuck: 2n });
  assert.deepEqual(await retried(processes), { succeeded: 1n, stuck: 4n });
  await assert.rejects(
    retried(processes, 'nobody'),
    (thrown) => thrown instanceof Fault && thrown.code === 'not_found',
  );
});

test('a retry is put on record before it is made, and is not made where that fails', async () => {
  const processes = [processOf('a', 2)];
  const unwritable: Record = () => Promise.reject(unavailable);
  await assert.rejects(retried(processes, 'a', 0n, unwritable), unavailable);
  assert.equal((await listed(processes)).deadLetters.length, 2);
  let records = 0;
  const record: Record = async () => {
    records += 1;
  };
  await assert.rejects(retried(processes, 'nobody', 0n, record), (thrown) => thrown instanceof Fault);
  assert.equal(records, 0);
  await retried(processes, 'a', 0n, record);
  assert.equal(records, 1);
});
