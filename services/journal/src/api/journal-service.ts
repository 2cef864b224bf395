import { eventBytes, splitByBytes } from '#clients/journal/split-by-bytes.ts';
import { headToWire, storedEventToWire } from '#clients/journal/stored-event-wire.ts';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { Fault } from '#errors/fault.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';

/** How many events one query of the store reads: as many as one commit of the writer has. */
const READ_BATCH_EVENTS = 512;
/** The bytes of one message. Far below what a client takes, so that a single larger event still fits. */
const MESSAGE_MAX_BYTES = 1024 * 1024;
/** The bytes of a stream in one message: what a client takes, less room for the envelopes. */
const STREAM_MAX_BYTES = 12 * 1024 * 1024;

/** The stored log for audits, with hashes and exact bodies. */
interface StoredLog {
  /** The next events after a position in log order, at most `limit`. Fewer only at the log's end. */
  readStored(afterPosition: number, limit: number): Promise<readonly StoredEvent[]>;
  /** A stream's events in order; none for an unknown stream. */
  readStoredStream(stream: string): Promise<readonly StoredEvent[]>;
  head(): StoredHead;
  /** Why the log cannot be written now; empty if it can be. Absent: nobody checks. */
  unwritable?(): string;
}

/** gateway.journal.v1.JournalService over the stored log. */
export function journalService(ports: StoredLog): ServedService {
  return servedService(JournalService, {
    async *read({ fromPosition, maxEvents }, { signal }) {
      if (fromPosition < 1n) throw badPosition();
      let after = Number(fromPosition) - 1;
      const head = ports.head().position;
      const end = maxEvents === 0 ? head : Math.min(head, after + maxEvents);
      while (after < end && !signal.aborted) {
        const events = await ports.readStored(after, Math.min(READ_BATCH_EVENTS, end - after));
        const last = events.at(-1);
        // A log that stops before its head was tampered with. The reader finds out by asking for the head.
        if (last === undefined) return;
        for (const part of splitByBytes(events, MESSAGE_MAX_BYTES)) {
          yield { events: part.map(storedEventToWire) };
        }
        after = last.position;
      }
    },
    readStream: async ({ stream }) => {
      const events = await ports.readStoredStream(stream);
      if (events.reduce((bytes, event) => bytes + eventBytes(event), 0) > STREAM_MAX_BYTES)
        throw streamTooLarge(stream);
      return { events: events.map(storedEventToWire) };
    },
    head: async () => ({ ...headToWire(ports.head()), unwritable: ports.unwritable?.() ?? '' }),
  });
}

function badPosition(): Fault {
  return new Fault({ code: 'invalid_request', message: 'The log starts at position 1.', param: 'from_position' });
}

function streamTooLarge(stream: string): Fault {
  const message = `The stream ${stream} is too long for one answer; read the log by position instead.`;
  return new Fault({ code: 'invalid_request', message, param: 'stream' });
}
