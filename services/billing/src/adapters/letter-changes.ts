import type pg from 'pg';
import type { Logger } from 'pino';
import type { DeadLetter } from '#dead-letters/dead-letter.ts';
import { CHARGES_CONSUMER } from '../ports.ts';
import { addTries, removeLetters } from './letter-rows.ts';

/** How long changes gather, so that a round of tries costs a few statements. */
const GATHER_MS = 100;
/** If the database is away, the changes are kept, one for each usage, and written after this pause. */
const RETRY_MS = 5_000;
/** The most rows of one statement. */
const WRITE_MAX_ROWS = 1_000;

/** A change of a letter: tries since the last write, or its end. */
type LetterChange = DeadLetter | 'settled';

/** Changes of billing.dead_letters that wait to be written, by the usages' positions. */
export interface LetterChanges {
  find(position: number): LetterChange | undefined;
  /** Written a little later, together with the others of that time. */
  set(position: number, change: LetterChange): void;
  /** Writes everything that was changed by now. One write runs at a time. */
  write(): Promise<void>;
  /** Writes the pending changes, once. */
  close(): Promise<void>;
}

export function createLetterChanges(pool: pg.Pool, logger: Logger): LetterChanges {
  let changes = new Map<number, LetterChange>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let isAway = false;

  function writeIn(ms: number): void {
    timer ??= setTimeout(() => void write().catch(waitForDatabase), ms).unref();
  }

  function waitForDatabase(error: unknown): void {
    if (!isAway) logger.warn({ err: error }, 'dead letters cannot be written now');
    isAway = true;
    writeIn(RETRY_MS);
  }

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
      try {
        await writeRows(pool, due.slice(from, from + WRITE_MAX_ROWS));
        isAway = false;
      } catch (error) {
        for (const [position, change] of due.slice(from)) takeBack(position, change);
        throw error;
      }
    }
  }

  /** Puts back a change that could not be written, below newer changes. */
  function takeBack(position: number, unwritten: LetterChange): void {
    const since = changes.get(position);
    if (since === undefined) changes.set(position, unwritten);
    else if (since !== 'settled' && unwritten !== 'settled') changes.set(position, merged(unwritten, since));
  }

  return {
    find: (position) => changes.get(position),
    set(position, change) {
      changes.set(position, change);
      writeIn(GATHER_MS);
    },
    write,
    async close() {
      await write().catch(() => undefined);
      clearTimeout(timer);
    },
  };
}

async function writeRows(pool: pg.Pool, rows: readonly (readonly [number, LetterChange])[]): Promise<void> {
  const settled = rows.flatMap(([position, change]) => (change === 'settled' ? [position] : []));
  const tried = rows.flatMap(([, change]) => (change === 'settled' ? [] : [change]));
  await removeLetters(pool, CHARGES_CONSUMER, settled);
  // This comes last, so that a repeat after a failure counts no try twice, unless this statement's own answer was lost.
  await addTries(pool, tried);
}

/** The tries of both, with the reason of the later one. */
function merged(earlier: DeadLetter, later: DeadLetter): DeadLetter {
  return { ...later, tries: earlier.tries + later.tries, firstTriedAtMs: earlier.firstTriedAtMs };
}
