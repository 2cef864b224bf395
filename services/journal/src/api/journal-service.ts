import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { Fault } from '#errors/fault.ts';
import type { ReplayReport } from '#journal/replay.ts';
import { type StoredEvent, storedEventToWire } from '#journal/stored-event.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';
import type { Replayer, StoredLog } from '../ports.ts';
import { splitByBytes } from './split-by-bytes.ts';

/** Events asked of the store at once: as many as the writer commits at once. */
const READ_BATCH_EVENTS = 512;
/** Of one message, far below what a client takes, so that one event that is larger by itself still fits. */
const MESSAGE_MAX_BYTES = 1024 * 1024;
/** Of a stream given in one message: what a client takes, with room for the envelopes' own bytes. */
const STREAM_MAX_BYTES = 12 * 1024 * 1024;

/** gateway.journal.v1.JournalService over the stored log and the projections. */
export function journalService(ports: StoredLog & Replayer): ServedService {
  const replayOne = oneAtATime((name: string) => ports.replay(name));
  return servedService(JournalService, {
    async *read({ fromPosition }, { signal }) {
      if (fromPosition < 1n) throw badPosition();
      const end = ports.head().position;
      let after = Number(fromPosition) - 1;
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
    head: async () => {
      const { position, epoch, chain } = ports.head();
      return { position: BigInt(position), epoch, chain };
    },
    replay: async ({ projection }, { signal }) => {
      const known = ports.projectionNames();
      if (projection !== '' && !known.includes(projection)) throw unknownProjection(projection, known);
      const reports: ReplayReport[] = [];
      for (const name of projection === '' ? known : [projection]) {
        if (signal.aborted) break;
        reports.push(await replayOne(name));
      }
      return { results: reports.map(replayResult) };
    },
    listProjections: async () => ({ projections: [...ports.projectionNames()] }),
  });
}

/** The envelope's fields but for the body are bounded: ids, names, numbers. */
const ENVELOPE_BYTES = 512;

function storedBytes(event: StoredEvent): number {
  return Buffer.byteLength(event.body) + ENVELOPE_BYTES;
}

function replayResult(report: ReplayReport) {
  return {
    projection: report.projection,
    events: BigInt(report.events),
    rows: BigInt(report.rows),
    equal: report.isEqual,
    differences: [...report.differences],
    durationMs: Math.round(report.durationMs),
  };
}

/** A rebuild works in a shadow of the live tables, which two at a time would fight for. */
function oneAtATime<T>(run: (name: string) => Promise<T>): (name: string) => Promise<T> {
  let running = '';
  return async (name) => {
    if (running !== '') {
      throw new Fault({ code: 'conflict', message: `A replay of ${running} is running; wait for it to end.` });
    }
    running = name;
    try {
      return await run(name);
    } finally {
      running = '';
    }
  };
}

function badPosition(): Fault {
  return new Fault({ code: 'invalid_request', message: 'The log starts at position 1.', param: 'from_position' });
}

function streamTooLarge(stream: string): Fault {
  const message = `The stream ${stream} is too long for one answer; read the log by position instead.`;
  return new Fault({ code: 'invalid_request', message, param: 'stream' });
}

function unknownProjection(name: string, known: readonly string[]): Fault {
  const message = `There is no projection ${name}; there are: ${known.join(', ') || 'none'}.`;
  return new Fault({ code: 'not_found', message, param: 'projection' });
}
