import assert from 'node:assert/strict';
import { storedEventFromWire } from '#clients/journal/stored-event-wire.ts';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { Fault } from '#errors/fault.ts';
import { chainHash, GENESIS, leafHash } from '#journal/chain.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { createGrpcClient } from '#rpc/client.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { afterAll, test } from '#testkit/test.ts';
import { journalService } from './journal-service.ts';

const adminToken = 'token';
const hasCode = (code: string) => (thrown: unknown) => thrown instanceof Fault && thrown.code === code;

const log = chained(1_500);
const server = await startGrpcServer({
  host: '127.0.0.1',
  port: 0,
  adminToken,
  logger: { warn: () => {}, error: () => {} },
  services: [
    journalService({
      readStored: async (afterPosition, limit) => log.slice(afterPosition, afterPosition + limit),
      readStoredStream: async (stream) => log.filter((event) => event.stream === stream),
      head: () => ({ position: 1_400, epoch: 2, chain: chainAt(1_400) }),
    }),
  ],
});
const { calls, close } = createGrpcClient(JournalService, { addresses: [server.address], adminToken });
afterAll(async () => {
  close();
  await server.drain();
});

test('the log is read from a position to the head, every field and byte as it is stored', async () => {
  const events: StoredEvent[] = [];
  for await (const message of calls.read({ fromPosition: 3n })) events.push(...message.events.map(storedEventFromWire));
  assert.deepEqual(events, log.slice(2, 1_400));
});

test('no more is read than was asked for, whichever it is: within one answer, over several, or more than there is', async () => {
  for (const [maxEvents, read] of [
    [7, 7],
    [600, 600],
    [5_000, 1_398],
  ] as const) {
    const positions: bigint[] = [];
    for await (const { events } of calls.read({ fromPosition: 3n, maxEvents }))
      positions.push(...events.map(({ position }) => position));
    assert.deepEqual([positions[0], positions.length, positions.at(-1)], [3n, read, BigInt(read + 2)]);
  }
});

test('what was read is enough to recompute the chain', async () => {
  let chain = GENESIS;
  for await (const message of calls.read({ fromPosition: 1n })) {
    for (const event of message.events.map(storedEventFromWire)) chain = chainHash(chain, leafHash(event));
  }
  assert.deepEqual(chain, chainAt(1_400));
});

test('reading from behind the head gives nothing, from before the first position is refused', async () => {
  for await (const _ of calls.read({ fromPosition: 1_401n })) assert.fail('there is nothing there');
  await assert.rejects(async () => {
    for await (const _ of calls.read({ fromPosition: 0n })) assert.fail('position 0 does not exist');
  }, hasCode('invalid_request'));
});

test('a stream is read by name, an unknown one is empty', async () => {
  const { events } = await calls.readStream({ stream: 'request-7' });
  assert.deepEqual(
    events.map((event) => event.position),
    [7n],
  );
  assert.deepEqual((await calls.readStream({ stream: 'request-none' })).events, []);
});

test('the head is told with epoch and chain', async () => {
  const head = await calls.head({});
  assert.equal(head.position, 1_400n);
  assert.equal(head.epoch, 2);
  assert.deepEqual(Buffer.from(head.chain), chainAt(1_400));
});

function chainAt(position: number): Buffer {
  return log[position - 1]?.chain ?? GENESIS;
}

/** A log whose every hundredth body is large, so that batches do not fit one message. */
function chained(length: number): StoredEvent[] {
  const events: StoredEvent[] = [];
  let chain = GENESIS;
  for (let position = 1; position <= length; position++) {
    const fields = {
      part: 0,
      position,
      eventId: `0197a3c0-0000-7000-8000-${String(position).padStart(12, '0')}`,
      stream: `request-${position}`,
      version: 1,
      type: 'RequestAdmitted',
      schemaVersion: 1,
      recordedAtMs: 1_750_000_000_000 + position,
      epoch: 2,
      correlationId: String(position),
      causationId: '',
      body: JSON.stringify({ text: 'ß'.repeat(position % 100 === 0 ? 400_000 : 20) }),
    };
    chain = chainHash(chain, leafHash(fields));
    events.push({ ...fields, chain });
  }
  return events;
}
