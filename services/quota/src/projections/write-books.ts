import type { Transaction } from '#journal/projection.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';
import type { Account } from '../domain/account/account.ts';
import type { Books } from '../domain/account/books.ts';
import type { Hold } from '../domain/account/hold.ts';
import type { LimitCounters } from '../domain/limit/limit-counters.ts';
import { reservationToEvent } from '../domain/limit/reservation.ts';
import { ACCOUNT_COLUMNS, COUNTER_COLUMNS, HOLD_COLUMNS } from './rows.ts';

/** Writes what a batch changed, and nothing else. */
export async function writeBooks(transaction: Transaction, before: Books, after: Books): Promise<void> {
  await deleteAccounts(transaction, gone(before.accounts, after.accounts));
  await writeAccounts(transaction, changed(before.accounts, after.accounts));
  await deleteHolds(
    transaction,
    [...before.holds.keys()].filter((requestId) => !after.holds.has(requestId)),
  );
  await writeHolds(transaction, changed(before.holds, after.holds));
  await writeCounters(transaction, before.counters, after.counters);
}

function changed<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): T[] {
  const result: T[] = [];
  for (const [key, value] of after) if (before.get(key) !== value) result.push(value);
  return result;
}

function gone<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): T[] {
  const result: T[] = [];
  for (const [key, value] of before) if (!after.has(key)) result.push(value);
  return result;
}

async function writeAccounts(transaction: Transaction, accounts: readonly Account[]): Promise<void> {
  if (accounts.length === 0) return;
  await transaction.query(
    `insert into account (${ACCOUNT_COLUMNS})
     select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
     on conflict (payer_kind, payer_id) do update set
       credited_nano_usd = excluded.credited_nano_usd, debited_nano_usd = excluded.debited_nano_usd,
       charged_nano_usd = excluded.charged_nano_usd, held_nano_usd = excluded.held_nano_usd`,
    [
      textArray(accounts.map(({ payer }) => payer.kind)),
      textArray(accounts.map(({ payer }) => payer.id)),
      bigintArray(accounts.map((account) => account.creditedNanoUsd)),
      bigintArray(accounts.map((account) => account.debitedNanoUsd)),
      bigintArray(accounts.map((account) => account.chargedNanoUsd)),
      bigintArray(accounts.map((account) => account.heldNanoUsd)),
    ],
  );
}

async function deleteAccounts(transaction: Transaction, accounts: readonly Account[]): Promise<void> {
  if (accounts.length === 0) return;
  await transaction.query(
    `delete from account where (payer_kind, payer_id) in (select * from unnest($1::text[], $2::text[]))`,
    [textArray(accounts.map(({ payer }) => payer.kind)), textArray(accounts.map(({ payer }) => payer.id))],
  );
}

async function writeHolds(transaction: Transaction, holds: readonly Hold[]): Promise<void> {
  if (holds.length === 0) return;
  await transaction.query(
    `insert into hold (${HOLD_COLUMNS})
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[],
                          $8::bigint[], $9::text[])
     on conflict (request_id) do update set state = excluded.state`,
    [
      textArray(holds.map((hold) => hold.requestId)),
      textArray(holds.map((hold) => hold.userId)),
      textArray(holds.map((hold) => hold.payer.kind)),
      textArray(holds.map((hold) => hold.payer.id)),
      bigintArray(holds.map((hold) => hold.holdNanoUsd)),
      textArray(holds.map((hold) => JSON.stringify(hold.reservations.map(reservationToEvent)))),
      bigintArray(holds.map((hold) => hold.position)),
      bigintArray(holds.map((hold) => hold.expiresAtMs)),
      textArray(holds.map((hold) => hold.state)),
    ],
  );
}

async function deleteHolds(transaction: Transaction, requestIds: readonly string[]): Promise<void> {
  if (requestIds.length === 0) return;
  await transaction.query('delete from hold where request_id = any($1::text[])', [textArray(requestIds)]);
}

/** Of each limit that changed all rows: which one counts now has changed, too, where a window began. */
async function writeCounters(
  transaction: Transaction,
  before: ReadonlyMap<string, LimitCounters>,
  after: ReadonlyMap<string, LimitCounters>,
): Promise<void> {
  const limits = [...after].filter(([limitId, counters]) => before.get(limitId) !== counters);
  if (limits.length === 0) return;
  const replaced = limits.filter(([limitId]) => before.has(limitId)).map(([limitId]) => limitId);
  if (replaced.length > 0) {
    await transaction.query('delete from counter where limit_id = any($1::text[])', [textArray(replaced)]);
  }
  const rows = limits.flatMap(([limitId, { current, others }]) => [
    { limitId, isCurrent: true, ...current },
    ...others.map((counter) => ({ limitId, isCurrent: false, ...counter })),
  ]);
  await transaction.query(
    `insert into counter (${COUNTER_COLUMNS})
     select limit_id, generation, window_start_ms, is_current = 1, used, held
     from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
       as rows (limit_id, generation, window_start_ms, is_current, used, held)`,
    [
      textArray(rows.map((row) => row.limitId)),
      bigintArray(rows.map((row) => row.generation)),
      bigintArray(rows.map((row) => row.startMs)),
      bigintArray(rows.map((row) => (row.isCurrent ? 1 : 0))),
      bigintArray(rows.map((row) => row.used)),
      bigintArray(rows.map((row) => row.held)),
    ],
  );
}
