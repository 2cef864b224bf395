import { storedEventFromWire } from '#clients/journal/stored-event-wire.ts';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import type { StoredEvent } from '#journal/stored-event.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { Connection } from '../connection.ts';

/** The log as the self-test reads it. */
export interface LogReader {
  stream(stream: string): Promise<readonly StoredEvent[]>;
  /** The events from one position to another, both included. */
  range(from: number, to: number): Promise<readonly StoredEvent[]>;
}

export function createLogReader(connection: Connection): LogReader & { close(): void } {
  const { calls, close } = createGrpcClient(JournalService, connection);
  return {
    stream: async (stream) => (await calls.readStream({ stream })).events.map(storedEventFromWire),
    async range(from, to) {
      const found: StoredEvent[] = [];
      for await (const { events } of calls.read({ fromPosition: BigInt(from), maxEvents: to - from + 1 })) {
        found.push(...events.map(storedEventFromWire));
      }
      return found;
    },
    close,
  };
}
