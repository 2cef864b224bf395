import type { Projection, Transaction } from '#journal/projection.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { textArray } from '#postgres/binary-array.ts';
import { linesOf } from './ledger-lines.ts';

const HOUR_MS = 3_600_000;

interface Totals {
  readonly position: number;
  readonly creditedNanoUsd: bigint;
  readonly debitedNanoUsd: bigint;
  readonly chargedNanoUsd: bigint;
}

interface HourRow extends Totals {
  readonly account: string;
  readonly hour: number;
}

const nothingYet: Totals = { position: 0, creditedNanoUsd: 0n, debitedNanoUsd: 0n, chargedNanoUsd: 0n };

/** What each payer had been credited, debited and charged by the end of each hour in which its balance moved. */
export const balanceHoursProjection: Projection = {
  name: 'billing.balance_hours',
  schema: 'billing',
  tables: ['balance_hour'],
  types: ['BalanceCredited', 'BalanceDebited', 'ChargePosted'],
  async apply(transaction, events) {
    const lines = events.flatMap((event) => linesOf(event).map((line) => ({ ...line, hour: hourOf(event) })));
    if (lines.length === 0) return;
    const totals = await totalsOf(transaction, [...new Set(lines.map(({ account }) => account))]);
    const rows = new Map<string, HourRow>();
    for (const { account, hour, position, ...line } of lines) {
      const next = { ...added(totals.get(account) ?? nothingYet, line), position };
      totals.set(account, next);
      rows.set(`${hour} ${account}`, { account, hour, ...next });
    }
    await upsert(transaction, [...rows.values()]);
  },
};

/** The hour in which the log recorded something. */
export function hourOf({ recordedAtMs }: Pick<RecordedEvent, 'recordedAtMs'>): number {
  return Math.floor(recordedAtMs / HOUR_MS);
}

function added(
  totals: Totals,
  { type, amountNanoUsd }: { readonly type: 'credit' | 'debit' | 'charge'; readonly amountNanoUsd: string },
): Totals {
  const amount = BigInt(amountNanoUsd);
  switch (type) {
    case 'credit':
      return { ...totals, creditedNanoUsd: totals.creditedNanoUsd + amount };
    case 'debit':
      return { ...totals, debitedNanoUsd: totals.debitedNanoUsd - amount };
    case 'charge':
      return { ...totals, chargedNanoUsd: totals.chargedNanoUsd - amount };
  }
}

/** As the tables stand: the newest row of each account. */
async function totalsOf(transaction: Transaction, accounts: readonly string[]): Promise<Map<string, Totals>> {
  const { rows } = await transaction.query<{
    account: string;
    position: bigint;
    credited: string;
    debited: string;
    charged: string;
  }>(
    `select asked.account, newest.* from unnest($1::text[]) as asked (account)
     cross join lateral (
       select position, credited_nano_usd as credited, debited_nano_usd as debited, charged_nano_usd as charged
       from balance_hour where balance_hour.account = asked.account order by hour desc limit 1
     ) as newest`,
    [textArray(accounts)],
  );
  return new Map(
    rows.map(({ account, position, credited, debited, charged }) => [
      account,
      {
        position: Number(position),
        creditedNanoUsd: BigInt(credited),
        debitedNanoUsd: BigInt(debited),
        chargedNanoUsd: BigInt(charged),
      },
    ]),
  );
}

async function upsert(transaction: Transaction, rows: readonly HourRow[]): Promise<void> {
  await transaction.query(
    `insert into balance_hour (account, hour, position, credited_nano_usd, debited_nano_usd, charged_nano_usd)
     select * from unnest($1::text[], $2::int[], $3::bigint[], $4::numeric[], $5::numeric[], $6::numeric[])
     on conflict (account, hour) do update set
       position = excluded.position, credited_nano_usd = excluded.credited_nano_usd,
       debited_nano_usd = excluded.debited_nano_usd, charged_nano_usd = excluded.charged_nano_usd`,
    [
      textArray(rows.map(({ account }) => account)),
      rows.map(({ hour }) => hour),
      rows.map(({ position }) => position),
      rows.map(({ creditedNanoUsd }) => String(creditedNanoUsd)),
      rows.map(({ debitedNanoUsd }) => String(debitedNanoUsd)),
      rows.map(({ chargedNanoUsd }) => String(chargedNanoUsd)),
    ],
  );
}
