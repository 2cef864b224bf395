import type pg from 'pg';
import type { Logger } from '#telemetry/logger.ts';
import { createResponseSeals } from '../responses/response-seals.ts';
import type { ResponseStore, StoredResponse } from '../responses/response-store.ts';
import { ingressDatabase } from './ingress-database.ts';

export interface PgResponses extends ResponseStore {
  /** Deletes what has expired, in batches; resolves with how many went. Done every minute as well. */
  sweep(): Promise<number>;
  /** Ends the sweeps. */
  close(): void;
}

const SWEEP_MS = 60_000;
const SWEEP_BATCH = 1_000;

interface Row {
  readonly id: string;
  readonly previous_id: string | null;
  readonly salt: Buffer;
  readonly sealed: Buffer;
}

/** Responses in the schema `ingress`, migrated. `keyPepper`: what they are sealed under, hex. */
export function createPgResponses({
  pool,
  keyPepper,
  logger,
}: {
  readonly pool: pg.Pool;
  readonly keyPepper: string;
  readonly logger: Logger;
}): PgResponses {
  const database = ingressDatabase(pool);
  const seals = createResponseSeals(keyPepper);
  const opened = (userId: string, { id, previous_id: previousId, salt, sealed }: Row): StoredResponse =>
    seals.open({ userId, id, previousId }, { salt, sealed });

  async function sweep(): Promise<number> {
    for (let deleted = 0; ; ) {
      const { rowCount } = await database.query(SWEEP, [SWEEP_BATCH]);
      deleted += rowCount ?? 0;
      if ((rowCount ?? 0) < SWEEP_BATCH) return deleted;
    }
  }
  const sweeping = setInterval(() => {
    sweep().catch((error: unknown) => logger.warn({ err: error }, 'old responses could not be deleted'));
  }, SWEEP_MS).unref();

  return {
    async keep(response, days) {
      const { salt, sealed } = seals.seal(response);
      const { userId, id, previousId } = response;
      await database.query(KEEP, [userId, id, previousId, salt, sealed, days]);
    },
    async read(userId, id) {
      const { rows } = await database.query<Row>(READ, [userId, id]);
      return rows[0] === undefined ? undefined : opened(userId, rows[0]);
    },
    async conversation(userId, id, { turnsMax, bytesMax, room }) {
      const { rows: sizes } = await database.query<{ id: string; previous_id: string | null; bytes: number }>(CHAIN, [
        userId,
        id,
        turnsMax + 1,
      ]);
      const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
      if (sizes.length > turnsMax || bytes > bytesMax) return 'too-long';
      if (sizes.length === 0 || sizes.at(-1)?.previous_id !== null) return 'missing';
      await room(bytes);
      const { rows } = await database.query<Row>(READ_ALL, [userId, sizes.map((row) => row.id)]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      const turns = sizes.toReversed().flatMap((size) => byId.get(size.id) ?? []);
      // One was deleted between the two looks.
      return turns.length < sizes.length ? 'missing' : turns.map((row) => opened(userId, row));
    },
    async remove(userId, id) {
      const sql = 'delete from ingress.stored_response where user_id = $1 and id = $2 and expires_at > now()';
      return ((await database.query(sql, [userId, id])).rowCount ?? 0) > 0;
    },
    async removeAllOf(userId) {
      await database.query('delete from ingress.stored_response where user_id = $1', [userId]);
    },
    sweep,
    close: () => clearInterval(sweeping),
  };
}

const KEEP = `
  insert into ingress.stored_response (user_id, id, previous_id, salt, sealed, expires_at)
  values ($1, $2, $3, $4, $5, now() + make_interval(days => $6))
  on conflict do nothing`;

const READ = `
  select id, previous_id, salt, sealed from ingress.stored_response
  where user_id = $1 and id = $2 and expires_at > now()`;

const READ_ALL = `
  select id, previous_id, salt, sealed from ingress.stored_response
  where user_id = $1 and id = any($2::text[]) and expires_at > now()`;

/** From the newest turn back. A chain has no circle: a turn names one that was there before it. */
const CHAIN = `
  with recursive chain as (
    select id, previous_id, octet_length(sealed) as bytes, 1 as turn from ingress.stored_response
    where user_id = $1 and id = $2 and expires_at > now() and not is_running
    union all
    select older.id, older.previous_id, octet_length(older.sealed), chain.turn + 1
    from chain join ingress.stored_response as older on older.user_id = $1 and older.id = chain.previous_id
    where older.expires_at > now() and chain.turn < $3)
  select id, previous_id, bytes from chain order by turn`;

const SWEEP = `
  delete from ingress.stored_response where (user_id, id) in (
    select user_id, id from ingress.stored_response where expires_at <= now()
    limit $1 for update skip locked)`;
