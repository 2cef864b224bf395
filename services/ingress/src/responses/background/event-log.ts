import type { JsonObject } from '#kernel/json.ts';
import { eventText } from './run-events.ts';
import type { EventPiece, Run, RunStore } from './run-store.ts';

/** What waits in memory before it is written, beside the look once a second. */
const PIECE_BYTES = 256 * 1024;

/** Events of one stream that are kept: as many as of the longest response. A longer one is streamed once. */
const EVENTS_MAX_BYTES = 16 * 1024 * 1024;

/** The events of one stream, numbered without a gap from 0, and kept for clients that come back to it. */
export interface EventLog {
  /** The next event, as it is sent. */
  emit(type: string, fields: JsonObject): string;
  /** Enough waits to be written. */
  readonly isFull: () => boolean;
  /** Writes what waits. Where it rejects, that is written the next time. */
  write(): Promise<void>;
  /** What waits, to be written with the response's end. */
  taken(): EventPiece | undefined;
  readonly lastSeq: () => number;
}

/** `isKept`: the client asked for a stream. */
export function createEventLog(run: Run, isKept: boolean, store: Pick<RunStore, 'addEvents' | 'dropEvents'>): EventLog {
  let keeps = isKept;
  let nextSeq = 0;
  /** Events that are not written yet. */
  let waiting: string[] = [];
  let waitingBytes = 0;
  let keptBytes = 0;

  function taken(): EventPiece | undefined {
    if (waiting.length === 0) return undefined;
    const piece = { firstSeq: nextSeq - waiting.length, lastSeq: nextSeq - 1, text: waiting.join('') };
    waiting = [];
    waitingBytes = 0;
    return piece;
  }

  return {
    emit(type, fields) {
      const text = eventText(type, nextSeq, fields);
      nextSeq += 1;
      if (!keeps) return text;
      waiting.push(text);
      waitingBytes += text.length;
      keptBytes += text.length;
      return text;
    },
    isFull: () => waitingBytes >= PIECE_BYTES,
    async write() {
      if (keeps && keptBytes > EVENTS_MAX_BYTES) {
        await store.dropEvents(run);
        keeps = false;
        taken();
      }
      const before = waiting;
      const piece = taken();
      if (piece === undefined) return;
      try {
        await store.addEvents(run, piece);
      } catch (error) {
        waiting = [...before, ...waiting];
        waitingBytes += piece.text.length;
        throw error;
      }
    },
    taken,
    lastSeq: () => nextSeq - 1,
  };
}
