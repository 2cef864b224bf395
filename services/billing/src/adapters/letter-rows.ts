import type pg from 'pg';
import type { DeadLetter } from '#dead-letters/dead-letter.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';

/** The statements of billing.dead_letters. */

interface Row {
  readonly consumer: string;
  readonly position: bigint;
  readonly event_id: string;
  readonly event_type: string;
  readonly stream: string;
  readonly error_code: string;
  readonly error_message: string;
  readonly tries: bigint;
  readonly first_tried_at_ms: bigint;
  readonly last_tried_at_ms: bigint;
}

const COLUMNS = `consumer, position, event_id, event_type, stream, error_code, error_message, tries, first_tried_at_ms,
  last_tried_at_ms`;

/**
 * Adds the tries since the last write. The tries add up and the first time stays, even if another leader has noted the
 * same event meanwhile.
 */
export async function addTries(pool: Pick<pg.Pool, 'query'>, letters: readonly DeadLetter[]): Promise<void> {
  if (letters.length === 0) return;
  await pool.query(
    `insert into billing.dead_letters as kept (${COLUMNS})
     select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::bigint[], $9::bigint[], $10::bigint[])
     on conflict (consumer, position) do update set
       error_code = excluded.error_code, error_message = excluded.error_message, tries = kept.tries + excluded.tries,
       first_tried_at_ms = least(kept.first_tried_at_ms, excluded.first_tried_at_ms),
       last_tried_at_ms = greatest(kept.last_tried_at_ms, excluded.last_tried_at_ms)`,
    [
      textArray(letters.map((letter) => letter.consumer)),
      bigintArray(letters.map((letter) => letter.position)),
      textArray(letters.map((letter) => letter.eventId)),
      textArray(letters.map((letter) => letter.eventType)),
      textArray(letters.map((letter) => letter.stream)),
      textArray(letters.map((letter) => letter.failure.code)),
      textArray(letters.map((letter) => letter.failure.message)),
      bigintArray(letters.map((letter) => letter.tries)),
      bigintArray(letters.map((letter) => letter.firstTriedAtMs)),
      bigintArray(letters.map((letter) => letter.lastTriedAtMs)),
    ],
  );
}

export async function removeLetters(
  pool: Pick<pg.Pool, 'query'>,
  consumer: string,
  positions: readonly number[],
): Promise<void> {
  if (positions.length === 0) return;
  await pool.query('delete from billing.dead_letters where consumer = $1 and position = any($2::bigint[])', [
    consumer,
    bigintArray(positions),
  ]);
}

export async function readLetters(
  pool: Pick<pg.Pool, 'query'>,
  consumer: string,
  afterPosition: number,
  limit: number,
): Promise<DeadLetter[]> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from billing.dead_letters where consumer = $1 and position > $2 order by position limit $3`,
    [consumer, afterPosition, limit],
  );
  return rows.map(letterOf);
}

export async function findLetter(
  pool: Pick<pg.Pool, 'query'>,
  consumer: string,
  stream: string,
): Promise<DeadLetter | undefined> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from billing.dead_letters where consumer = $1 and stream = $2 order by position limit 1`,
    [consumer, stream],
  );
  return rows.map(letterOf)[0];
}

function letterOf(row: Row): DeadLetter {
  return {
    consumer: row.consumer,
    position: Number(row.position),
    eventId: row.event_id,
    eventType: row.event_type,
    stream: row.stream,
    failure: { code: row.error_code, message: row.error_message },
    tries: Number(row.tries),
    firstTriedAtMs: Number(row.first_tried_at_ms),
    lastTriedAtMs: Number(row.last_tried_at_ms),
  };
}
