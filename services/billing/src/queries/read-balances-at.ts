import type pg from 'pg';
import type { BalanceAtLine, BalancesAtQuery, Payer } from '#contracts/admin-needs.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { accounts } from '#money/posting.ts';
import { hourOf } from '../projections/balance-hours.ts';

/** Sorting by balance adds up every payer, at some 0.1 ms each: so many take around a second. */
const SORTED_PAYERS_MAX = 10_000;

/** Behind every account's name. */
const LAST = '\u{10FFFF}';

interface Row {
  readonly account: string;
  readonly credited: string;
  readonly debited: string;
  readonly charged: string;
  readonly now: string;
  readonly payers: bigint;
}

/** The accounts between two names, by name: each is found by a look-up in the index, however many rows it has. */
const PAYERS = `
  (select account from billing.balance_hour where account > $3 and account < $4 order by account limit 1)
  union all
  select (select hour.account from billing.balance_hour hour
          where hour.account > payer.account and hour.account < $4 order by hour.account limit 1)
  from payer where payer.account is not null`;

/**
 * What an account had at position $1, which was recorded in hour $2: its totals of the last hour before, and its lines from there to
 * the position.
 */
const TOTALS = `
  from payer
  left join lateral (
    select * from billing.balance_hour hour where hour.account = payer.account and hour.hour < $2 order by hour.hour desc limit 1
  ) as base on true
  cross join lateral (
    select count(*) as lines,
      coalesce(sum(amount_nano_usd) filter (where type = 'credit'), 0) as credited,
      coalesce(-sum(amount_nano_usd) filter (where type = 'debit'), 0) as debited,
      coalesce(-sum(amount_nano_usd) filter (where type = 'charge'), 0) as charged
    from billing.ledger_line line
    where line.account = payer.account and line.position > coalesce(base.position, 0) and line.position <= $1
  ) as rest
  cross join lateral (
    select credited_nano_usd - debited_nano_usd - charged_nano_usd as balance
    from billing.balance_hour hour where hour.account = payer.account order by hour.hour desc limit 1
  ) as newest
  where payer.account is not null and (base.position is not null or rest.lines > 0)`;

const COLUMNS = `
  payer.account,
  coalesce(base.credited_nano_usd, 0) + rest.credited as credited,
  coalesce(base.debited_nano_usd, 0) + rest.debited as debited,
  coalesce(base.charged_nano_usd, 0) + rest.charged as charged,
  newest.balance as now`;

const BY_ID = `with recursive payer as (${PAYERS}) select ${COLUMNS} ${TOTALS} limit $5`;

const byBalance = (direction: 'asc' | 'desc'): string => `
  with recursive payer as (${PAYERS}),
    -- One more than can be sorted says that there are too many.
    counted as materialized (select account from payer where account is not null limit ${SORTED_PAYERS_MAX + 1}),
    state as materialized (
      select *, credited - debited - charged as balance
      from (select ${COLUMNS} ${TOTALS.replace('from payer', 'from counted as payer')}) as totals
    )
  select state.*, (select count(*) from counted) as payers from state
  where $6 = '' or (balance, account) ${direction === 'asc' ? '>' : '<'} (select balance, account from state where account = $6)
  order by balance ${direction}, account ${direction} limit $5`;

/** Payers whose balance had moved by a position, of which the tables must have every event. Rejects with `invalid_request`. */
export async function readBalancesAt(
  pool: Pick<pg.Pool, 'query'>,
  { position, recordedAtMs, payerKind, sort, after, limit }: BalancesAtQuery,
): Promise<readonly BalanceAtLine[]> {
  const [first, beyond] = rangeOf(payerKind);
  const behind = after === undefined ? '' : accounts.payer(after);
  const hour = hourOf({ recordedAtMs });
  if (sort === 'id') {
    const { rows } = await pool.query<Row>(BY_ID, [position, hour, behind || first, beyond, limit]);
    return rows.map(lineOf);
  }
  const sql = byBalance(sort === 'balance' ? 'asc' : 'desc');
  const { rows } = await pool.query<Row>(sql, [position, hour, first, beyond, limit, behind]);
  if (Number(rows[0]?.payers ?? 0) > SORTED_PAYERS_MAX) throw tooMany();
  return rows.map(lineOf);
}

/** The names of the accounts of a kind of payers: behind the first of the two, before the second. */
function rangeOf(kind: Payer['kind'] | ''): readonly [string, string] {
  if (kind === '') return ['', LAST];
  const prefix = accounts.payer({ kind, id: '' });
  return [prefix, `${prefix}${LAST}`];
}

function lineOf({ account, credited, debited, charged, now }: Row): BalanceAtLine {
  return {
    payer: payerOfAccount(account),
    creditedNanoUsd: BigInt(credited),
    debitedNanoUsd: BigInt(debited),
    chargedNanoUsd: BigInt(charged),
    balanceNowNanoUsd: BigInt(now),
  };
}

function payerOfAccount(account: string): Payer {
  for (const kind of ['team', 'organisation'] as const) {
    const prefix = accounts.payer({ kind, id: '' });
    if (account.startsWith(prefix)) return { kind, id: account.slice(prefix.length) };
  }
  return { kind: 'user', id: account.slice(accounts.customer('').length) };
}

function tooMany(): Fault {
  const message = `There are more than ${SORTED_PAYERS_MAX} payers: sort them by id, or choose one 'payer_kind'.`;
  return new Fault(invalid(message, 'sort'));
}
