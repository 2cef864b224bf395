import type { Projection, Transaction } from '#journal/projection.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';
import type { Account } from '../domain/account/account.ts';
import { type Books, emptyBooks, foldEvent } from '../domain/account/books.ts';
import { type AccountEvent, accountEventTypes, isAccountEvent } from '../domain/account/events.ts';
import type { Hold } from '../domain/account/hold.ts';
import { ACCOUNT_COLUMNS, type AccountRow, accountFromRow, HOLD_COLUMNS, type HoldRow, holdFromRow } from './rows.ts';

export const QUOTA_SCHEMA = 'quota';

/**
 * The books in tables, so that a start need not read the whole log. A batch is folded by the very rules that fold the
 * log in memory, from the rows it touches, and only what comes out in the end is written.
 */
export const quotaAccounts: Projection = {
  name: 'quota.accounts',
  schema: QUOTA_SCHEMA,
  tables: ['account', 'hold', 'price'],
  types: [...accountEventTypes, 'PricePublished'],
  async apply(transaction, events) {
    const accountEvents = events.filter(isAccountEvent);
    const before = await readBooks(transaction, accountEvents);
    const books: Books = { accounts: new Map(before.accounts), holds: new Map(before.holds) };
    for (const event of accountEvents) foldEvent(books, event);
    await writeAccounts(transaction, changed(before.accounts, books.accounts));
    await writeHolds(transaction, changed(before.holds, books.holds));
    await deleteHolds(
      transaction,
      [...before.holds.keys()].filter((requestId) => !books.holds.has(requestId)),
    );
    await writePrices(transaction, events);
  },
};

async function readBooks(transaction: Transaction, events: readonly AccountEvent[]): Promise<Books> {
  const userIds = new Set<string>();
  const requestIds = new Set<string>();
  for (const { data } of events) {
    userIds.add(data.userId);
    if ('requestId' in data) requestIds.add(data.requestId);
  }
  const books = emptyBooks();
  if (userIds.size > 0) {
    const { rows } = await transaction.query<AccountRow>({
      text: `select ${ACCOUNT_COLUMNS} from account where user_id = any($1::text[])`,
      values: [textArray([...userIds])],
      rowMode: 'array',
    });
    for (const account of rows.map(accountFromRow)) books.accounts.set(account.userId, account);
  }
  if (requestIds.size > 0) {
    const { rows } = await transaction.query<HoldRow>({
      text: `select ${HOLD_COLUMNS} from hold where request_id = any($1::text[])`,
      values: [textArray([...requestIds])],
      rowMode: 'array',
    });
    for (const hold of rows.map(holdFromRow)) books.holds.set(hold.requestId, hold);
  }
  return books;
}

function changed<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): T[] {
  const result: T[] = [];
  for (const [key, value] of after) if (before.get(key) !== value) result.push(value);
  return result;
}

async function writeAccounts(transaction: Transaction, accounts: readonly Account[]): Promise<void> {
  if (accounts.length === 0) return;
  await transaction.query(
    `insert into account (${ACCOUNT_COLUMNS})
     select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                          $7::bigint[], $8::bigint[])
     on conflict (user_id) do update set
       credited_nano_usd = excluded.credited_nano_usd, charged_nano_usd = excluded.charged_nano_usd,
       held_nano_usd = excluded.held_nano_usd, requests_per_minute = excluded.requests_per_minute,
       multiplier_basis_points = excluded.multiplier_basis_points, window_start_ms = excluded.window_start_ms,
       window_requests = excluded.window_requests`,
    [
      textArray(accounts.map((account) => account.userId)),
      bigintArray(accounts.map((account) => account.creditedNanoUsd)),
      bigintArray(accounts.map((account) => account.chargedNanoUsd)),
      bigintArray(accounts.map((account) => account.heldNanoUsd)),
      bigintArray(accounts.map((account) => account.requestsPerMinute)),
      bigintArray(accounts.map((account) => account.multiplierBasisPoints)),
      bigintArray(accounts.map((account) => account.window.startMs)),
      bigintArray(accounts.map((account) => account.window.requests)),
    ],
  );
}

async function writeHolds(transaction: Transaction, holds: readonly Hold[]): Promise<void> {
  if (holds.length === 0) return;
  await transaction.query(
    `insert into hold (${HOLD_COLUMNS})
     select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[])
     on conflict (request_id) do update set state = excluded.state`,
    [
      textArray(holds.map((hold) => hold.requestId)),
      textArray(holds.map((hold) => hold.userId)),
      bigintArray(holds.map((hold) => hold.holdNanoUsd)),
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

async function writePrices(transaction: Transaction, events: readonly RecordedEvent[]): Promise<void> {
  // The last of a batch counts: one statement cannot change a row twice.
  const latest = new Map<string, { readonly version: number; readonly body: string }>();
  for (const event of events) if (event.type === 'PricePublished') latest.set(event.data.priceKey, event);
  if (latest.size === 0) return;
  const prices = [...latest.values()];
  await transaction.query(
    `insert into price (price_key, version, body)
     select * from unnest($1::text[], $2::bigint[], $3::text[])
     on conflict (price_key) do update set version = excluded.version, body = excluded.body`,
    [
      textArray([...latest.keys()]),
      bigintArray(prices.map((price) => price.version)),
      textArray(prices.map((price) => price.body)),
    ],
  );
}
