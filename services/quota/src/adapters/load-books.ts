import type pg from 'pg';
import type { EventBodies } from '#contracts/events.ts';
import { parseBody } from '#contracts/parse-body.ts';
import { payerKey } from '#contracts/payer.ts';
import { type Price, priceFromEvent } from '#money/price.ts';
import type { Account } from '../domain/account/account.ts';
import type { Hold } from '../domain/account/hold.ts';
import type { LimitCounters } from '../domain/limit/limit-counters.ts';
import type { BooksSnapshot } from '../memory/live-books.ts';
import { QUOTA_SCHEMA, quotaAccounts } from '../projections/quota-accounts.ts';
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
} from '../projections/rows.ts';

/** Reads the books as the projection left them: all tables and the checkpoint in one snapshot, so that they agree. */
export async function loadBooks(pool: pg.Pool): Promise<BooksSnapshot> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const position = await readPosition(client);
    const accounts = await readAccounts(client);
    const holds = await readHolds(client);
    const counters = await readCounters(client);
    const prices = await readPrices(client);
    await client.query('commit');
    client.release();
    return { position, accounts, holds, counters, prices };
  } catch (error) {
    // Closed rather than given back in the middle of a transaction.
    client.release(true);
    throw error;
  }
}

async function readPosition(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ position: bigint }>(
    `select position from ${QUOTA_SCHEMA}.checkpoint where projection = $1`,
    [quotaAccounts.name],
  );
  return Number(rows[0]?.position ?? 0);
}

async function readAccounts(client: pg.PoolClient): Promise<Map<string, Account>> {
  const { rows } = await client.query<AccountRow>({
    text: `select ${ACCOUNT_COLUMNS} from ${QUOTA_SCHEMA}.account`,
    rowMode: 'array',
  });
  const accounts = new Map<string, Account>();
  for (const row of rows) {
    const account = accountFromRow(row);
    accounts.set(payerKey(account.payer), account);
  }
  return accounts;
}

async function readHolds(client: pg.PoolClient): Promise<Map<string, Hold>> {
  const { rows } = await client.query<HoldRow>({
    text: `select ${HOLD_COLUMNS} from ${QUOTA_SCHEMA}.hold`,
    rowMode: 'array',
  });
  const holds = new Map<string, Hold>();
  for (const row of rows) {
    const hold = holdFromRow(row);
    holds.set(hold.requestId, hold);
  }
  return holds;
}

async function readCounters(client: pg.PoolClient): Promise<Map<string, LimitCounters>> {
  const { rows } = await client.query<CounterRow>({
    text: `select ${COUNTER_COLUMNS} from ${QUOTA_SCHEMA}.counter`,
    rowMode: 'array',
  });
  return countersFromRows(rows);
}

async function readPrices(client: pg.PoolClient): Promise<Map<string, Price>> {
  const { rows } = await client.query<{ price_key: string; version: bigint; body: string }>(
    `select price_key, version, body from ${QUOTA_SCHEMA}.price`,
  );
  return new Map(
    rows.map((row) => [
      row.price_key,
      priceFromEvent(parseBody('PricePublished', row.body) as EventBodies['PricePublished'], Number(row.version)),
    ]),
  );
}
