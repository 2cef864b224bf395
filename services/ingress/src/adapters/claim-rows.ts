import { randomBytes, randomUUID } from 'node:crypto';
import type { Claim, ClaimStore, Taken } from '../idempotency/claim-store.ts';
import type { IngressDatabase } from './ingress-database.ts';

/** How long an answer can be had again: as long as other APIs keep theirs, and longer than any client's retries. */
const CLAIM_TTL_S = 24 * 60 * 60;

/**
 * How long a process may be silent before others look at its claims. Four renewals fit in. Nothing is executed twice
 * where it is too short, since whoever was taken over is shut out.
 */
export const ALIVE_S = 20;

/** Each lost race means that another has won; who loses this many in a row is told that the key is in use. */
const TAKE_TRIES_MAX = 4;

const SALT_BYTES = 32;

export function keptSOf({ keptS = CLAIM_TTL_S }: Pick<Claim, 'keptS'>): number {
  return keptS;
}

/** Out of date. One at work is not, however long its request takes: another execution would begin beside it. */
export const EXPIRED = `expires_at <= now() and not (state = 'running' and alive_until > now())`;

type Asked = Parameters<ClaimStore['take']>[0];

interface ClaimRow {
  readonly body_hash: Buffer;
  readonly salt: Buffer;
  readonly request_id: string;
  readonly attempt: string;
  readonly state: 'running' | 'kept' | 'unkept';
  readonly is_alive: boolean;
  readonly is_expired: boolean;
}

/** Takes a key in the table `ingress.claim`. Each statement is a transaction of its own: no lock outlives it. */
export async function takeRow(database: IngressDatabase, asked: Asked): Promise<Taken> {
  for (let tries = 0; tries < TAKE_TRIES_MAX; tries += 1) {
    const inserted = await insertRow(database, asked);
    if (inserted !== undefined) return { kind: 'new', claim: inserted };
    const row = await readRow(database, asked.keyHash);
    const taken = row === undefined ? undefined : await takenBy(database, asked, row);
    if (taken !== undefined) return taken;
  }
  return { kind: 'running' };
}

async function insertRow(
  database: IngressDatabase,
  { keyHash, bodyHash, requestId, keptS }: Asked,
): Promise<Claim | undefined> {
  const claim: Claim = { keyHash, salt: randomBytes(SALT_BYTES), attempt: randomUUID(), requestId, keptS };
  const { rowCount } = await database.query(
    `insert into ingress.claim (key_hash, body_hash, salt, request_id, attempt, alive_until, expires_at)
     values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6), now() + make_interval(secs => $7))
     on conflict (key_hash) do nothing`,
    [keyHash, bodyHash, claim.salt, requestId, claim.attempt, ALIVE_S, keptSOf(claim)],
  );
  return rowCount === 1 ? claim : undefined;
}

async function readRow(database: IngressDatabase, keyHash: Buffer): Promise<ClaimRow | undefined> {
  const { rows } = await database.query<ClaimRow>(
    `select body_hash, salt, request_id, attempt, state, alive_until > now() as is_alive, ${EXPIRED} as is_expired
     from ingress.claim where key_hash = $1`,
    [keyHash],
  );
  return rows[0];
}

/** What a row that is there says to whoever asks; undefined where it has changed meanwhile, or is out of date. */
async function takenBy(
  database: IngressDatabase,
  { keyHash, bodyHash, keptS }: Asked,
  row: ClaimRow,
): Promise<Taken | undefined> {
  const claim: Claim = { keyHash, salt: row.salt, attempt: row.attempt, requestId: row.request_id, keptS };
  if (row.is_expired) {
    const sql = `delete from ingress.claim where key_hash = $1 and attempt = $2 and ${EXPIRED}`;
    await database.query(sql, [keyHash, row.attempt]);
    return undefined;
  }
  if (!bodyHash.equals(row.body_hash)) return { kind: 'other-body' };
  if (row.state !== 'running') return { kind: row.state, claim };
  if (row.is_alive) return { kind: 'running' };
  const attempt = randomUUID();
  const { rowCount } = await database.query(
    `update ingress.claim set attempt = $3, alive_until = now() + make_interval(secs => $4)
     where key_hash = $1 and attempt = $2 and state = 'running' and alive_until <= now()`,
    [keyHash, row.attempt, attempt, ALIVE_S],
  );
  return rowCount === 1 ? { kind: 'orphaned', claim: { ...claim, attempt }, earlierAttempt: row.attempt } : undefined;
}
