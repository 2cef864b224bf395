import { headToWire, storedEventToWire } from '#clients/journal/stored-event-wire.ts';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { Fault } from '#errors/fault.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';
import { splitByBytes } from './split-by-bytes.ts';

/** Events asked of the store at once: as many as the writer commits at once. */
const READ_BATCH_EVENTS = 512;
/** Of one message, far below what a client takes, so that one event that is larger by itself still fits. */
const MESSAGE_MAX_BYTES = 1024 * 1024;
/** Of a stream given in one message: what a client takes, with room for the envelopes' own bytes. */
const STREAM_MAX_BYTES = 12 * 1024 * 1024;

/** The log as it is stored, for those who check it: hashes and exact bodies included. */
interface StoredLog {
  /** The next events after a position in log order, at most `limit`; fewer only at the log's end. */
  readStored(afterPosition: number, limit: number): Promise<readonly StoredEvent[]>;
  /** A stream's events in order; none for an unknown stream. */
  readStoredStream(stream: string): Promise<readonly StoredEvent[]>;
  head(): StoredHead;
  /** Why the log cannot be written now; empty where it can be. Absent: nobody looks. */
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
        // A log that stops before its head was tampered with: the reader sees so, by asking for the head.
        if (last === undefined) return;
        for (const part of splitByBytes(events, storedBytes, MESSAGE_MAX_BYTES)) {
          yield { events: part.map(storedEventToWire) };
        }
        after = last.position;
      }
    },
    readStream: async ({ stream }) => {
      const events = await ports.readStoredStream(stream);
      if (events.reduce((bytes, event) => bytes + storedBytes(event), 0) > STREAM_MAX_BYTES)
        throw streamTooLarge(stream);
      return { events: events.map(storedEventToWire) };
    },
    head: async () => ({ ...headToWire(ports.head()), unwritable: ports.unwritable?.() ?? '' }),
  });
}

/** The envelope's fields but for the body are bounded: ids, names, numbers. */
const ENVELOPE_BYTES = 512;

function storedBytes(event: StoredEvent): number {
  return Buffer.byteLength(event.body) + ENVELOPE_BYTES;
}

function badPosition(): Fault {
  return new Fault({ code: 'invalid_request', message: 'The log starts at position 1.', param: 'from_position' });
}

function streamTooLarge(stream: string): Fault {
  const message = `The stream ${stream} is too long for one answer; read the log by position instead.`;
  return new Fault({ code: 'invalid_request', message, param: 'stream' });
}
