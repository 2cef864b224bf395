import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { type StoredEvent, type StoredHead, storedEventFromWire } from '#journal/stored-event.ts';
import { createGrpcClient, type RpcClient } from '#rpc/client.ts';
import type { Connection } from './connection.ts';
import { readLogFile } from './log-file.ts';

/** A log to read: a gateway's, or one exported to a file. */
export interface LogSource {
  /** Events in log order from a position, to the end or to a position, itself included. */
  read(fromPosition: number, toPosition?: number): AsyncIterable<readonly StoredEvent[]>;
  /** Undefined for a file: nothing but the file itself says where it ends. */
  head(): Promise<StoredHead | undefined>;
  /** For a gateway: whether a stream exists, without reading the log. A file is not searched: always true. */
  mayHaveStream(stream: string): Promise<boolean>;
  close(): void;
}

export type JournalClient = RpcClient<typeof JournalService>;

export function connectJournal(connection: Connection): JournalClient {
  return createGrpcClient(JournalService, connection);
}

/** The log of a running gateway. */
export function gatewayLog(connection: Connection): LogSource {
  const { calls, close } = connectJournal(connection);
  return {
    async *read(fromPosition, toPosition = Number.MAX_SAFE_INTEGER) {
      for await (const { events } of calls.read({ fromPosition: BigInt(fromPosition) })) {
        const batch = events.map(storedEventFromWire);
        yield batch.filter((event) => event.position <= toPosition);
        if (batch.some((event) => event.position >= toPosition)) return;
      }
    },
    head: async () => {
      const { position, epoch, chain } = await calls.head({});
      return { position: Number(position), epoch, chain: Buffer.from(chain) };
    },
    mayHaveStream: async (stream) => (await calls.readStream({ stream })).events.length > 0,
    close,
  };
}

/** A log that was exported. */
export function fileLog(path: string): LogSource {
  return {
    async *read(fromPosition, toPosition = Number.MAX_SAFE_INTEGER) {
      for await (const batch of readLogFile(path)) {
        yield batch.filter((event) => event.position >= fromPosition && event.position <= toPosition);
      }
    },
    head: async () => undefined,
    mayHaveStream: async () => true,
    close: () => {},
  };
}
