import assert from 'node:assert/strict';
import { DeadLettersService } from '#contracts/gen/gateway/deadletters/v1/dead_letters_pb.js';
import { Fault } from '#errors/fault.ts';
import { createGrpcClient } from '#rpc/client.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { afterAll, test } from '#testkit/test.ts';
import { type DeadLetter, failedAgain } from './dead-letter.ts';
import { deadLettersInMemory } from './dead-letter-source.ts';
import { deadLettersService } from './dead-letters-service.ts';

const adminToken = 'token';
const hasCode = (code: string) => (thrown: unknown) => thrown instanceof Fault && thrown.code === code;

function letterAt(consumer: string, position: number): DeadLetter {
  return {
    consumer,
    position,
    eventId: `event-${position}`,
    eventType: 'UsageRecorded',
    stream: `request-r${position}`,
    failure: { code: 'price_missing', message: 'none' },
    tries: 2,
    firstTriedAtMs: 1_000,
    lastTriedAtMs: 2_000,
  };
}

/** A consumer whose stuck events are those given; a try settles those at an even position. */
function consumerOf(consumer: string, count: number) {
  const letters = new Map(
    Array.from({ length: count }, (_, index) => [index + 1, letterAt(consumer, index + 1)] as const),
  );
  return deadLettersInMemory({
    consumer,
    letters: () => [...letters.values()],
    current: ({ position }) => letters.get(position),
    async tryNow(letter) {
      if (letter.position % 2 === 0) letters.delete(letter.position);
      else letters.set(letter.position, failedAgain(letter, { code: 'unratable', message: 'odd' }, 3_000));
    },
  });
}

async function serve(...sources: Parameters<typeof deadLettersService>[0]) {
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    adminToken,
    logger: { warn: () => {}, error: () => {} },
    services: [deadLettersService(sources)],
  });
  const { calls, close } = createGrpcClient(DeadLettersService, { addresses: [server.address], adminToken });
  afterAll(async () => {
    close();
    await server.drain();
  });
  return calls;
}

test('pages go through all consumers, each letter once, in order', async () => {
  const calls = await serve(consumerOf('b', 3), consumerOf('c', 0), consumerOf('a', 4));
  const seen: string[] = [];
  let pageToken = '';
  do {
    const page = await calls.list({ pageSize: 3, pageToken });
    assert.deepEqual(page.consumers, ['a', 'b', 'c']);
    assert.ok(page.deadLetters.length <= 3);
    seen.push(...page.deadLetters.map(({ consumer, position }) => `${consumer}${position}`));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  assert.deepEqual(seen, ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3']);
  const [first] = (await calls.list({ consumer: 'b' })).deadLetters;
  assert.deepEqual(
    [
      first?.requestId,
      first?.errorCode,
      first?.errorMessage,
      first?.tries,
      first?.firstTriedAtMs,
      first?.lastTriedAtMs,
    ],
    ['r1', 'price_missing', 'none', 2n, 1_000n, 2_000n],
  );
});

test('a retry says what succeeded and what is stuck still with why, and counts more than it shows', async () => {
  const calls = await serve(consumerOf('a', 2_001), consumerOf('b', 1));
  const one = await calls.retry({ consumer: 'a', selected: { case: 'position', value: 4n } });
  assert.deepEqual([one.succeeded.map(({ position }) => position), one.stuckCount], [[4n], 0n]);
  const other = await calls.retry({ consumer: 'a', selected: { case: 'requestId', value: 'r5' } });
  assert.deepEqual(
    other.stuck.map(({ position, errorCode, errorMessage, tries }) => [position, errorCode, errorMessage, tries]),
    [[5n, 'unratable', 'odd', 3n]],
  );
  const all = await calls.retry({});
  assert.deepEqual([all.succeededCount, all.stuckCount], [999n, 1_002n]);
  assert.deepEqual([all.succeeded.length, all.stuck.length], [500, 500]);
  const gone = await calls.retry({ consumer: 'a', selected: { case: 'position', value: 4n } });
  assert.deepEqual([gone.succeededCount, gone.stuckCount], [0n, 0n]);
});

test('a consumer that is none is refused with the names of those there are, and so is a page token that is none', async () => {
  const calls = await serve(consumerOf('a', 1), consumerOf('b', 1));
  await assert.rejects(calls.retry({ consumer: 'z' }), /There is no consumer z; there are: a, b/);
  await assert.rejects(calls.list({ consumer: 'z' }), hasCode('not_found'));
  await assert.rejects(calls.list({ pageToken: 'nonsense' }), hasCode('invalid_request'));
});
