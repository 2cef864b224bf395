import { setTimeout as pause } from 'node:timers/promises';
import { headFromWire, storedEventFromWire } from '#clients/journal/stored-event-wire.ts';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { Fault } from '#errors/fault.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { Connection } from './connection.ts';
import { readLogFile } from './log-file.ts';

/** How long a read that has begun looks for a server to go on with. A takeover of the log takes some three seconds. */
const RESUME_BUDGET_MS = 10_000;
const RESUME_PAUSE_MS = 250;

/** A log to read: a gateway's, or one exported to a file. */
export interface LogSource {
  /**
   * Events in log order from a position, to the end or to a position, itself included. A gateway's process that stops midway
   * is followed by another one, within a bound: the log only grows, so that is the same read.
   */
  read(fromPosition: number, toPosition?: number): AsyncIterable<readonly StoredEvent[]>;
  /** Undefined for a file: nothing but the file itself says where it ends. */
  head(): Promise<StoredHead | undefined>;
  /** For a gateway: whether a stream exists, without reading the log. A file is not searched: always true. */
  mayHaveStream(stream: string): Promise<boolean>;
  close(): void;
}

/** The log of a running gateway. */
export function gatewayLog(connection: Connection): LogSource {
  const { calls, close } = createGrpcClient(JournalService, connection);
  return {
    async *read(fromPosition, toPosition = Number.MAX_SAFE_INTEGER) {
      let next = fromPosition;
      let lostAtMs: number | undefined;
      for (;;) {
        try {
          for await (const { events } of calls.read({ fromPosition: BigInt(next) })) {
            lostAtMs = undefined;
            const batch = events.map(storedEventFromWire);
            next = (batch.at(-1)?.position ?? next - 1) + 1;
            yield batch.filter((event) => event.position <= toPosition);
            if (next > toPosition) return;
          }
          return;
        } catch (thrown) {
          // Where nothing was read yet, nobody is there.
          if (next === fromPosition || !(thrown instanceof Fault) || thrown.code !== 'unavailable') throw thrown;
          lostAtMs ??= performance.now();
          if (performance.now() - lostAtMs > RESUME_BUDGET_MS) throw thrown;
          await pause(RESUME_PAUSE_MS);
        }
      }
    },
    head: async () => headFromWire(await calls.head({})),
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
