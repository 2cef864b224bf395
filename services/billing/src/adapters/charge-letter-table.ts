import type pg from 'pg';
import type { Logger } from 'pino';
import { streams } from '#contracts/streams.ts';
import { type DeadLetter, failedAgain } from '#dead-letters/dead-letter.ts';
import { CHARGES_CONSUMER, type ChargeLetterList } from '../ports.ts';
import { addTries, findLetter, readLetters, removeLetters } from './letter-rows.ts';

/** Changes gather for this long, so that a round of tries costs a few statements. */
const GATHER_MS = 100;
/** The database is away: the changes are kept, one for each usage, and written after this. */
const RETRY_MS = 5_000;
/** Rows of one statement. */
const WRITE_MAX_ROWS = 1_000;

export interface ChargeLetterTable extends ChargeLetterList {
  /** Writes what is left, once: what is lost is found by trying again. */
  close(): Promise<void>;
}

/** Usages that cannot be charged, in billing.dead_letters. Of each, only its id and place are in memory. */
export async function openChargeLetterTable(dependencies: {
  readonly pool: pg.Pool;
  readonly logger: Logger;
}): Promise<ChargeLetterTable> {
  const { pool, logger } = dependencies;
  /** The noted usages' places, by event id. */
  const positions = await readPositions(pool);
  /** What is to be written: tries since the last write, or the end. By place. */
  let changes = new Map<number, DeadLetter | 'settled'>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let isAway = false;

  function change(position: number, to: DeadLetter | 'settled'): void {
    changes.set(position, to);
    timer ??= setTimeout(() => void write().catch(waitForDatabase), GATHER_MS).unref();
  }

  function waitForDatabase(error: unknown): void {
    if (!isAway) logger.warn({ err: error }, 'dead letters cannot be written now');
    isAway = true;
    timer ??= setTimeout(() => void write().catch(waitForDatabase), RETRY_MS).unref();
  }

  /** Everything that was changed by now; one write at a time. */
  function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.catch(() => undefined).then(writeChanges);
    return writing;
  }

  async function writeChanges(): Promise<void> {
    const due = [...changes];
    changes = new Map();
    for (let from = 0; from < due.length; from += WRITE_MAX_ROWS) {
      const rows = due.slice(from, from + WRITE_MAX_ROWS);
      const settled = rows.flatMap(([position, to]) => (to === 'settled' ? [position] : []));
      const tried = rows.flatMap(([, to]) => (to === 'settled' ? [] : [to]));
      try {
        await removeLetters(pool, CHARGES_CONSUMER, settled);
        // Last: of what is repeated after a failure, no try counts twice, unless it was this statement's answer that
        // was lost.
        await addTries(pool, tried);
        isAway = false;
      } catch (error) {
        takeBack(due.slice(from));
        throw error;
      }
    }
  }

  /** What could not be written is still to be, under what has changed since. */
  function takeBack(unwritten: readonly (readonly [number, DeadLetter | 'settled'])[]): void {
    for (const [position, to] of unwritten) {
      const since = changes.get(position);
      if (since === undefined) changes.set(position, to);
      else if (since !== 'settled' && to !== 'settled') changes.set(position, merged(to, since));
    }
  }

  return {
    note({ requestId, position, eventId, failure, triedAtMs }) {
      positions.set(eventId, position);
      const before = changes.get(position);
      if (before !== undefined && before !== 'settled') {
        change(position, failedAgain(before, failure, triedAtMs));
        return;
      }
      const event = { position, eventId, eventType: 'UsageRecorded', stream: streams.request(requestId) };
      const tried = { tries: 1, firstTriedAtMs: triedAtMs, lastTriedAtMs: triedAtMs };
      change(position, { consumer: CHARGES_CONSUMER, ...event, failure, ...tried });
    },
    settle(eventId) {
      const position = positions.get(eventId);
      if (position === undefined) return;
      positions.delete(eventId);
      change(position, 'settled');
    },
    remove({ eventId, position }) {
      positions.delete(eventId);
      change(position, 'settled');
    },
    positionOf: (eventId) => positions.get(eventId),
    async list(afterPosition, limit) {
      await write();
      return readLetters(pool, CHARGES_CONSUMER, afterPosition, limit);
    },
    async find(requestId) {
      await write();
      return findLetter(pool, CHARGES_CONSUMER, streams.request(requestId));
    },
    async close() {
      await write().catch(() => undefined);
      clearTimeout(timer);
    },
  };
}

/** The places of all that is noted, by whoever led. */
async function readPositions(pool: pg.Pool): Promise<Map<string, number>> {
  const positions = new Map<string, number>();
  let page: readonly DeadLetter[];
  let after = 0;
  do {
    page = await readLetters(pool, CHARGES_CONSUMER, after, WRITE_MAX_ROWS);
    for (const letter of page) positions.set(letter.eventId, letter.position);
    after = page.at(-1)?.position ?? after;
  } while (page.length === WRITE_MAX_ROWS);
  return positions;
}

/** The tries of both, the later one's reason. */
function merged(earlier: DeadLetter, later: DeadLetter): DeadLetter {
  return { ...later, tries: earlier.tries + later.tries, firstTriedAtMs: earlier.firstTriedAtMs };
}
