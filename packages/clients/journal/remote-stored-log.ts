import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import type { StoredEvent } from '#journal/stored-event.ts';
import type { StoredLog } from '#journal/stored-log.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import { headFromWire, storedEventFromWire } from './stored-event-wire.ts';

/** People wait for what is made from it. */
const TIMEOUT_MS = 10_000;

/** The stored log of another process, as it is kept. */
export interface RemoteStoredLog extends StoredLog {
  close(): void;
}

export function createRemoteStoredLog(peer: RpcPeer): RemoteStoredLog {
  const { calls, close } = createGrpcClient(JournalService, peer);
  const options = { timeoutMs: TIMEOUT_MS };
  return {
    async readStored(afterPosition, maxEvents) {
      const read: StoredEvent[] = [];
      const fromPosition = BigInt(afterPosition + 1);
      for await (const { events } of calls.read({ fromPosition, maxEvents }, options)) {
        read.push(...events.map(storedEventFromWire));
      }
      return read;
    },
    async readStoredStream(stream) {
      const { events } = await calls.readStream({ stream }, options);
      return events.map(storedEventFromWire);
    },
    storedHead: async () => headFromWire(await calls.head({}, options)),
    close,
  };
}
