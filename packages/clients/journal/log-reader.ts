import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { recordedEventOf } from '#journal/stored-event.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import { storedEventFromWire } from './stored-event-wire.ts';

/** How long one answer of the log may take. After that, another server is asked. */
const READ_TIMEOUT_MS = 60_000;

/** The stored log, read over gRPC from any journal process that answers. */
export interface LogReader {
  /** Batches of events after a position, up to the end of the log at the time of the call. */
  read(afterPosition: number): AsyncIterable<RecordedEvent[]>;
  /** The next events after a position, about as many as requested; none at the end of the log. */
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
        // A server from before the limit existed reads on to the end of the log. Any other server ends the call by
        // itself. A client that cancels many calls before their end makes the server close the connection.
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
