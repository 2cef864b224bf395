import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { recordedEventOf } from '#journal/recorded-event-of.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import { storedEventFromWire } from './stored-event-wire.ts';

/** One answer of the log may take this long to come; beyond it another server is asked. */
const READ_TIMEOUT_MS = 60_000;

/** The log as it is stored, read over gRPC from whichever journal process answers. */
export interface LogReader {
  /** Batches after a position to the end of the log at the time of the call. */
  read(afterPosition: number): AsyncIterable<RecordedEvent[]>;
  /** The next events after a position, about as many as asked for; none at the end of the log. */
  readSome(afterPosition: number, maxEvents: number): Promise<RecordedEvent[]>;
  readStream(stream: string): Promise<RecordedEvent[]>;
  close(): void;
}

export function createLogReader(peer: RpcPeer): LogReader {
  const { calls, close } = createGrpcClient(JournalService, peer);

  async function* read(afterPosition: number, maxEvents: number): AsyncGenerator<RecordedEvent[], void, undefined> {
    const fromPosition = BigInt(afterPosition + 1);
    for await (const { events } of calls.read({ fromPosition, maxEvents }, { timeoutMs: READ_TIMEOUT_MS })) {
      if (events.length > 0) yield events.map((event) => recordedEventOf(storedEventFromWire(event)));
    }
  }

  return {
    read: (afterPosition) => read(afterPosition, 0),
    async readSome(afterPosition, maxEvents) {
      const events: RecordedEvent[] = [];
      for await (const batch of read(afterPosition, maxEvents)) {
        events.push(...batch);
        // A server that was built before it could be told a limit goes on to the end of the log. Any other ends by itself:
        // calls that are left before their end, one after the other, have the server close the connection.
        if (events.length > maxEvents) break;
      }
      return events;
    },
    async readStream(stream) {
      const { events } = await calls.readStream({ stream });
      return events.map((event) => recordedEventOf(storedEventFromWire(event)));
    },
    close,
  };
}
