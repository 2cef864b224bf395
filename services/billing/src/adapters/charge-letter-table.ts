import type pg from 'pg';
import type { Logger } from 'pino';
import { streams } from '#contracts/streams.ts';
import { type DeadLetter, failedAgain } from '#dead-letters/dead-letter.ts';
import { CHARGES_CONSUMER, type ChargeLetterList } from '../ports.ts';
import { createLetterChanges } from './letter-changes.ts';
import { findLetter, readLetters } from './letter-rows.ts';

/** How many letters one read returns. */
const PAGE_MAX_ROWS = 1_000;

export interface ChargeLetterTable extends ChargeLetterList {
  /** Writes the pending changes, once. Trying again finds what is lost. */
  close(): Promise<void>;
}

/** Usages that cannot be charged, in billing.dead_letters. Memory keeps only the id and position of each. */
export async function openChargeLetterTable(dependencies: {
  readonly pool: pg.Pool;
  readonly logger: Logger;
}): Promise<ChargeLetterTable> {
  const { pool, logger } = dependencies;
  /** The positions of the noted usages, by event id. */
  const positions = await readPositions(pool);
  const changes = createLetterChanges(pool, logger);

  return {
    note({ requestId, position, eventId, failure, triedAtMs }) {
      positions.set(eventId, position);
      const before = changes.find(position);
      if (before !== undefined && before !== 'settled') {
        changes.set(position, failedAgain(before, failure, triedAtMs));
        return;
      }
      const event = { position, eventId, eventType: 'UsageRecorded', stream: streams.request(requestId) };
      const tried = { tries: 1, firstTriedAtMs: triedAtMs, lastTriedAtMs: triedAtMs };
      changes.set(position, { consumer: CHARGES_CONSUMER, ...event, failure, ...tried });
    },
    settle(eventId) {
      const position = positions.get(eventId);
      if (position === undefined) return;
      positions.delete(eventId);
      changes.set(position, 'settled');
    },
    remove({ eventId, position }) {
      positions.delete(eventId);
      changes.set(position, 'settled');
    },
    positionOf: (eventId) => positions.get(eventId),
    async list(afterPosition, limit) {
      await changes.write();
      return readLetters(pool, CHARGES_CONSUMER, afterPosition, limit);
    },
    async find(requestId) {
      await changes.write();
      return findLetter(pool, CHARGES_CONSUMER, streams.request(requestId));
    },
    close: changes.close,
  };
}

/** The positions of all noted usages, whichever leader noted them. */
async function readPositions(pool: pg.Pool): Promise<Map<string, number>> {
  const positions = new Map<string, number>();
  let page: readonly DeadLetter[];
  let after = 0;
  do {
    page = await readLetters(pool, CHARGES_CONSUMER, after, PAGE_MAX_ROWS);
    for (const letter of page) positions.set(letter.eventId, letter.position);
    after = page.at(-1)?.position ?? after;
  } while (page.length === PAGE_MAX_ROWS);
  return positions;
}
