import assert from 'node:assert/strict';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { servedService } from '#rpc/served-service.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { chainedLog } from '#testkit/chained-log.ts';
import { test } from '#testkit/test.ts';
import { createLogReader } from './log-reader.ts';
import { storedEventToWire } from './stored-event-wire.ts';

const adminToken = 'token';
const LOG_EVENTS = 1_000;
const MESSAGE_EVENTS = 10;
const log = chainedLog(
  range(1, LOG_EVENTS).map((position) => ({
    stream: `key-${position}`,
    type: 'ApiKeyRevoked',
    data: { keyId: `${position}`, userId: 'u', revokedAtMs: '5' },
  })),
);

test('a reading that has all it asked for lets its call end, one of an older server that gives more is left', async (t) => {
  for (const knowsLimits of [true, false]) {
    const ends: string[] = [];
    const server = await startGrpcServer({
      host: '127.0.0.1',
      port: 0,
      adminToken,
      logger: { warn: () => {}, error: () => {} },
      services: [
        servedService(JournalService, {
          async *read({ fromPosition, maxEvents }, { signal }) {
            const first = Number(fromPosition);
            const end = knowsLimits ? Math.min(LOG_EVENTS, first + maxEvents - 1) : LOG_EVENTS;
            let how = 'left';
            try {
              for (let from = first; from <= end && !signal.aborted; from += MESSAGE_EVENTS) {
                yield { events: log.slice(from - 1, Math.min(end, from + MESSAGE_EVENTS - 1)).map(storedEventToWire) };
                await new Promise((resolve) => setTimeout(resolve, 2));
              }
              if (!signal.aborted) how = 'ended';
            } finally {
              ends.push(how);
            }
          },
          readStream: async () => ({ events: [] }),
          head: async () => ({ position: BigInt(LOG_EVENTS), epoch: 1, chain: new Uint8Array(32) }),
        }),
      ],
    });
    const reader = createLogReader({ addresses: [server.address], adminToken });
    t.defer(async () => {
      reader.close();
      await server.drain();
    });
    const positions = (await reader.readSome(100, 30)).map(({ position }) => position);
    assert.deepEqual(positions, range(101, knowsLimits ? 130 : 140));
    while (ends.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(ends, [knowsLimits ? 'ended' : 'left']);
  }
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
