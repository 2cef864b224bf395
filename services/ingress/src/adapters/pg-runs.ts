import type pg from 'pg';
import type { EventPiece, RunStore } from '../responses/background/run-store.ts';
import { createResponseSeals } from '../responses/response-seals.ts';
import { createSeals } from '../responses/seals.ts';
import { ingressDatabase } from './ingress-database.ts';

/**
 * How long the process of a run may be silent before it is taken for dead. Four renewals fit in. Nothing is made twice where it is too
 * short: the response has failed then, and its run writes nothing more.
 */
const ALIVE_S = 20;

export interface PgRuns extends RunStore {
  /** For the one process of a gateway, at its start: whoever made these responses is gone. */
  orphanAll(): Promise<void>;
}

interface StateRow {
  readonly request_id: string;
  readonly is_running: boolean;
  readonly is_alive: boolean;
  readonly is_streamed: boolean;
}

interface EventRow {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly salt: Buffer;
  readonly sealed: Buffer;
}

/** Runs in the schema `ingress`, migrated. `keyPepper`: what responses and events are sealed under, hex. */
export function createPgRuns({ pool, keyPepper }: { readonly pool: pg.Pool; readonly keyPepper: string }): PgRuns {
  const database = ingressDatabase(pool);
  const responses = createResponseSeals(keyPepper);
  const events = createSeals(keyPepper, 'response events');
  const sealedPiece = (userId: string, id: string, { firstSeq, lastSeq, text }: EventPiece) => {
    const { salt, sealed } = events.seal([userId, id, firstSeq, lastSeq], text);
    return [firstSeq, lastSeq, salt, sealed] as const;
  };

  async function pieceOf(sql: string, userId: string, id: string, ...values: readonly unknown[]) {
    const { rows } = await database.query<EventRow>(sql, [userId, id, ...values]);
    const [row] = rows;
    if (row === undefined) return undefined;
    const { first_seq: firstSeq, last_seq: lastSeq } = row;
    return { firstSeq, lastSeq, text: events.open([userId, id, firstSeq, lastSeq], row) };
  }

  return {
    async begin({ userId, id, attempt }, { response, requestId, isStreamed }, days) {
      const { salt, sealed } = responses.seal(response);
      const { previousId } = response;
      await database.query(BEGIN, [
        userId,
        id,
        previousId,
        salt,
        sealed,
        days,
        attempt,
        requestId,
        isStreamed,
        ALIVE_S,
      ]);
    },
    async save({ userId, id, attempt }, response) {
      const { salt, sealed } = responses.seal(response);
      await database.query(`update ingress.stored_response set salt = $4, sealed = $5 where ${MINE}`, [
        ...[userId, id, attempt],
        ...[salt, sealed],
      ]);
    },
    async addEvents({ userId, id, attempt }, piece) {
      await database.query(ADD_EVENTS, [userId, id, attempt, ...sealedPiece(userId, id, piece)]);
    },
    async dropEvents({ userId, id, attempt }) {
      await database.query(DROP_EVENTS, [userId, id, attempt]);
    },
    async end({ userId, id, attempt = null }, response, last) {
      const { salt, sealed } = responses.seal(response);
      const values = [userId, id, attempt, salt, sealed];
      const { rowCount } =
        last === undefined
          ? await database.query(`${END} returning id`, values)
          : await database.query(END_WITH_EVENTS, [...values, ...sealedPiece(userId, id, last)]);
      return (rowCount ?? 0) > 0;
    },
    async goingOn(runs, isRenewing) {
      if (runs.length === 0) return new Set();
      const attempts = runs.map(({ attempt }) => attempt);
      const { rows } = await database.query<{ attempt: string }>(
        isRenewing ? RENEW : LOOK,
        isRenewing ? [attempts, ALIVE_S] : [attempts],
      );
      return new Set(rows.map(({ attempt }) => attempt));
    },
    async state(userId, id) {
      const { rows } = await database.query<StateRow>(STATE, [userId, id]);
      const [row] = rows;
      if (row === undefined) return undefined;
      const { request_id: requestId, is_running: isRunning, is_alive: isAlive, is_streamed: isStreamed } = row;
      return { requestId, isRunning, isAlive, isStreamed };
    },
    eventsAfter: (userId, id, seq) => pieceOf(EVENTS_AFTER, userId, id, seq),
    lastEvents: (userId, id) => pieceOf(LAST_EVENTS, userId, id),
    async orphanAll() {
      const sql = 'update ingress.stored_response set alive_until = now() where is_running and alive_until > now()';
      await database.query(sql, []);
    },
  };
}

/** Where a response is still its run's: every write says so. */
const MINE = 'user_id = $1 and id = $2 and attempt = $3 and is_running';

const BEGIN = `
  insert into ingress.stored_response
    (user_id, id, previous_id, salt, sealed, expires_at, attempt, request_id, is_running, is_streamed, alive_until)
  values ($1, $2, $3, $4, $5, now() + make_interval(days => $6), $7, $8, true, $9, now() + make_interval(secs => $10))`;

const ADD_EVENTS = `
  with mine as (select user_id, id from ingress.stored_response where ${MINE} and is_streamed for share)
  insert into ingress.response_event (user_id, response_id, first_seq, last_seq, salt, sealed)
  select user_id, id, $4, $5, $6, $7 from mine on conflict do nothing`;

const DROP_EVENTS = `
  with mine as (update ingress.stored_response set is_streamed = false where ${MINE} returning user_id, id)
  delete from ingress.response_event as event using mine
  where event.user_id = mine.user_id and event.response_id = mine.id`;

/** Whoever ends it first: its run, or without an attempt anyone. */
const END = `
  update ingress.stored_response set is_running = false, salt = $4, sealed = $5
  where user_id = $1 and id = $2 and ($3::uuid is null or attempt = $3::uuid) and is_running`;

const END_WITH_EVENTS = `
  with ended as (${END} returning user_id, id, is_streamed),
  added as (
    insert into ingress.response_event (user_id, response_id, first_seq, last_seq, salt, sealed)
    select user_id, id, $6::integer, $7::integer, $8::bytea, $9::bytea from ended where is_streamed on conflict do nothing)
  select from ended`;

const LOOK = 'select attempt from ingress.stored_response where attempt = any($1::uuid[]) and is_running';

const RENEW = `
  update ingress.stored_response set alive_until = now() + make_interval(secs => $2)
  where attempt = any($1::uuid[]) and is_running returning attempt`;

const STATE = `
  select request_id, is_running, is_streamed, alive_until > now() as is_alive from ingress.stored_response
  where user_id = $1 and id = $2 and attempt is not null and expires_at > now()`;

const EVENTS_AFTER = `
  select first_seq, last_seq, salt, sealed from ingress.response_event
  where user_id = $1 and response_id = $2 and last_seq > $3 order by first_seq limit 1`;

const LAST_EVENTS = `
  select first_seq, last_seq, salt, sealed from ingress.response_event
  where user_id = $1 and response_id = $2 order by first_seq desc limit 1`;
