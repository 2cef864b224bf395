import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Logger } from '#telemetry/logger.ts';
import type { Claim, ClaimStore } from '../idempotency/claim-store.ts';
import { ALIVE_S, keptSOf, takeRow } from './claim-rows.ts';
import { startClaimUpkeep } from './claim-upkeep.ts';
import { ingressDatabase } from './ingress-database.ts';

export interface PgClaims extends ClaimStore {
  /** For the one process of a gateway, at its start: whoever these claims were of is gone. */
  orphanAll(): Promise<void>;
  /** Deletes what is out of date, in batches; resolves with how many claims went. Done every minute as well. */
  sweep(): Promise<number>;
  /** Ends renewals and sweeps. */
  close(): void;
}

/** Where a claim is still its try's: every write says so, and whoever was taken over writes nothing. */
const MINE = 'key_hash = $1 and attempt = $2';

/** Claims in the schema `ingress`, migrated. `pool`: durable (`isDurable`), or a claim might not outlive a crash. */
export function createPgClaims({ pool, logger }: { readonly pool: pg.Pool; readonly logger: Logger }): PgClaims {
  const database = ingressDatabase(pool);
  const upkeep = startClaimUpkeep(database, logger);

  /** Whether the statement met the claim's row. */
  async function onMine(sql: string, { keyHash, attempt }: Claim, ...values: readonly unknown[]): Promise<boolean> {
    const { rowCount } = await database.query(sql, [keyHash, attempt, ...values]);
    return (rowCount ?? 0) > 0;
  }

  return {
    async take(asked) {
      const taken = await takeRow(database, asked);
      if (taken.kind === 'new' || taken.kind === 'orphaned') upkeep.hold(taken.claim);
      return taken;
    },
    async rerun(claim, requestId) {
      const next: Claim = { ...claim, attempt: randomUUID(), requestId };
      upkeep.drop(claim);
      if (!(await onMine(RERUN, claim, next.attempt, requestId, ALIVE_S, keptSOf(claim)))) return undefined;
      upkeep.hold(next);
      return next;
    },
    async giveBack(claim, earlierAttempt) {
      upkeep.drop(claim);
      const sql = `update ingress.claim set attempt = $3, alive_until = now() where ${MINE} and state = 'running'`;
      await onMine(sql, claim, earlierAttempt);
    },
    isMine(claim) {
      const aliveUntil = 'now() + make_interval(secs => $3)';
      const sql = `update ingress.claim set alive_until = ${aliveUntil} where ${MINE} and state = 'running'`;
      return onMine(sql, claim, ALIVE_S);
    },
    addPiece: (claim, { seq, sealed }) => onMine(ADD_PIECE, claim, seq, sealed),
    async keep(claim, last) {
      const places = last.map(({ seq }) => seq);
      const pieces = last.map(({ sealed }) => sealed);
      const isMine = await onMine(KEEP, claim, places, pieces, keptSOf(claim));
      upkeep.drop(claim);
      return isMine;
    },
    async leaveUnkept(claim) {
      await onMine(LEAVE_UNKEPT, claim, keptSOf(claim));
      upkeep.drop(claim);
    },
    async release(claim) {
      upkeep.drop(claim);
      await onMine(`delete from ingress.claim where ${MINE} and state = 'running'`, claim);
    },
    async orphan(claim) {
      upkeep.drop(claim);
      await onMine(`update ingress.claim set alive_until = now() where ${MINE} and state = 'running'`, claim);
    },
    async readPiece({ keyHash, attempt }, seq) {
      const sql = `select sealed from ingress.answer_piece where ${MINE} and seq = $3`;
      const { rows } = await database.query<{ sealed: Buffer }>(sql, [keyHash, attempt, seq]);
      return rows[0]?.sealed;
    },
    async awaitEnd(keyHash) {
      const sql = 'update ingress.claim set awaited_until = now() + make_interval(secs => $2) where key_hash = $1';
      await database.query(sql, [keyHash, AWAITED_S]);
    },
    async isAwaited({ keyHash }) {
      const sql = 'select from ingress.claim where key_hash = $1 and awaited_until > now()';
      return (await database.query(sql, [keyHash])).rowCount === 1;
    },
    async finish(claim) {
      await onMine(FINISH, claim);
    },
    async orphanAll() {
      await database.query(
        `update ingress.claim set alive_until = now() where state = 'running' and alive_until > now()`,
        [],
      );
    },
    sweep: upkeep.sweep,
    close: upkeep.close,
  };
}

/** Four looks at a claim fit in, of someone who waits for its answer. */
const AWAITED_S = 5;

/** Who waits finds the answer; whoever takes the key after that finds it out of date. */
const FINISH = `
  with awaited as (
    update ingress.claim set expires_at = awaited_until
    where ${MINE} and state <> 'running' and awaited_until > now())
  delete from ingress.claim
  where ${MINE} and state <> 'running' and (awaited_until is null or awaited_until <= now())`;

/** The pieces of the try before are of no use any more. */
const RERUN = `
  with mine as (
    update ingress.claim
    set attempt = $3, request_id = $4,
      alive_until = now() + make_interval(secs => $5), expires_at = now() + make_interval(secs => $6)
    where ${MINE} and state = 'running' returning key_hash),
  gone as (delete from ingress.answer_piece as piece using mine where piece.key_hash = mine.key_hash)
  select from mine`;

/** A repeat finds its own piece, and is told the same. */
const ADD_PIECE = `
  with mine as (select key_hash, attempt from ingress.claim where ${MINE} and state = 'running' for share),
  added as (
    insert into ingress.answer_piece (key_hash, attempt, seq, sealed)
    select key_hash, attempt, $3, $4 from mine on conflict do nothing)
  select from mine`;

/** The last pieces and the word that the answer is whole, in one transaction. */
const KEEP = `
  with mine as (
    update ingress.claim set state = 'kept', expires_at = now() + make_interval(secs => $5)
    where ${MINE} and state in ('running', 'kept') returning key_hash, attempt),
  added as (
    insert into ingress.answer_piece (key_hash, attempt, seq, sealed)
    select key_hash, attempt, seq, sealed from mine, unnest($3::integer[], $4::bytea[]) as piece (seq, sealed)
    on conflict do nothing)
  select from mine`;

const LEAVE_UNKEPT = `
  with mine as (
    update ingress.claim set state = 'unkept', expires_at = now() + make_interval(secs => $3)
    where ${MINE} and state in ('running', 'unkept') returning key_hash),
  gone as (delete from ingress.answer_piece as piece using mine where piece.key_hash = mine.key_hash)
  select from mine`;
