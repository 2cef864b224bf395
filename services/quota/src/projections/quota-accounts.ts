import { payerKey } from '#contracts/payer.ts';
import type { Projection, Transaction } from '#journal/projection.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';
import { type Books, emptyBooks, foldEvent, payerIn } from '../domain/account/books.ts';
import { type AccountEvent, accountEventTypes, isAccountEvent } from '../domain/account/events.ts';
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  accountFromRow,
  COUNTER_COLUMNS,
  type CounterRow,
  countersFromRows,
  HOLD_COLUMNS,
  type HoldRow,
  holdFromRow,
} from './rows.ts';
import { writeBooks } from './write-books.ts';

export const QUOTA_SCHEMA = 'quota';

/**
 * The books in tables, so that a start need not read the whole log. A batch is folded by the very rules that fold the
 * log in memory, from the rows it touches, and only what comes out in the end is written.
 */
export const quotaAccounts: Projection = {
  name: 'quota.accounts',
  schema: QUOTA_SCHEMA,
  tables: ['account', 'hold', 'counter', 'price'],
  types: [...accountEventTypes, 'PricePublished'],
  async apply(transaction, events) {
    const accountEvents = events.filter(isAccountEvent);
    const before = await readBooks(transaction, accountEvents);
    const books: Books = {
      accounts: new Map(before.accounts),
      holds: new Map(before.holds),
      counters: new Map(before.counters),
    };
    for (const event of accountEvents) foldEvent(books, event);
    await writeBooks(transaction, before, books);
    await writePrices(transaction, events);
  },
};

/** Of the books what the events concern. Whose money a charge moves, and on which limits, is in its hold. */
async function readBooks(transaction: Transaction, events: readonly AccountEvent[]): Promise<Books> {
  const books = emptyBooks();
  await readHolds(transaction, books, events);
  const payers = new Map(events.flatMap((event) => payerIn(event) ?? []).map((payer) => [payerKey(payer), payer]));
  const limitIds = new Set<string>();
  for (const { payer, reservations } of books.holds.values()) {
    payers.set(payerKey(payer), payer);
    for (const { limitId } of reservations) limitIds.add(limitId);
  }
  for (const event of events) {
    if (event.type !== 'RequestAdmitted') continue;
    for (const { limitId } of event.data.reservations) limitIds.add(limitId);
  }
  if (payers.size > 0) {
    const { rows } = await transaction.query<AccountRow>({
      text: `select ${ACCOUNT_COLUMNS} from account
             where (payer_kind, payer_id) in (select * from unnest($1::text[], $2::text[]))`,
      values: [
        textArray([...payers.values()].map(({ kind }) => kind)),
        textArray([...payers.values()].map(({ id }) => id)),
      ],
      rowMode: 'array',
    });
    for (const account of rows.map(accountFromRow)) books.accounts.set(payerKey(account.payer), account);
  }
  if (limitIds.size > 0) {
    const { rows } = await transaction.query<CounterRow>({
      text: `select ${COUNTER_COLUMNS} from counter where limit_id = any($1::text[])`,
      values: [textArray([...limitIds])],
      rowMode: 'array',
    });
    for (const [limitId, counters] of countersFromRows(rows)) books.counters.set(limitId, counters);
  }
  return books;
}

async function readHolds(transaction: Transaction, books: Books, events: readonly AccountEvent[]): Promise<void> {
  const requestIds = new Set<string>();
  for (const { data } of events) if ('requestId' in data) requestIds.add(data.requestId);
  if (requestIds.size === 0) return;
  const { rows } = await transaction.query<HoldRow>({
    text: `select ${HOLD_COLUMNS} from hold where request_id = any($1::text[])`,
    values: [textArray([...requestIds])],
    rowMode: 'array',
  });
  for (const hold of rows.map(holdFromRow)) books.holds.set(hold.requestId, hold);
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
