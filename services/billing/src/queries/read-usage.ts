import type pg from 'pg';
import { unitNames } from '#ai/units.ts';
import type { Usage } from '#ai/usage.ts';
import type { UsageLine } from '#contracts/billing.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

export interface UsageQuery {
  readonly userId: string;
  readonly fromDay: string;
  readonly toDay: string;
}

/** A leap year. This bounds an answer to a year of days times the user's models. */
const DAYS_MAX = 366;
const DAY_MS = 86_400_000;
/** PostgreSQL has no year 0, so the gateway refuses such a day itself. */
const FIRST_YEAR_MS = Date.parse('0001-01-01T00:00:00Z');

interface UsageRow {
  readonly day: string;
  readonly model: string;
  readonly requests: bigint;
  readonly amount_nano_usd: bigint;
  /** Quantities as texts, by unit. */
  readonly units: Readonly<Record<string, string>>;
}

/** A user's use and cost by day and model. Rejects with an `invalid_request` Fault if the days make no range. */
export async function readUsage(pool: Pick<pg.Pool, 'query'>, query: UsageQuery): Promise<UsageLine[]> {
  const fromMs = parseDay(query.fromDay, 'from');
  const toMs = parseDay(query.toDay, 'to');
  if (toMs < fromMs || (toMs - fromMs) / DAY_MS >= DAYS_MAX) {
    throw new Fault(invalid(`The days must be in order and span at most ${DAYS_MAX} days.`, 'to'));
  }
  const { rows } = await pool.query<UsageRow>(
    `select to_char(day, 'YYYY-MM-DD') as day, model, requests, amount_nano_usd,
            (select coalesce(json_object_agg(unit, quantity::text), '{}')
             from billing.usage_day_unit as used
             where (used.user_id, used.day, used.model) = (total.user_id, total.day, total.model)) as units
     from billing.usage_day as total
     where user_id = $1 and day between $2::date and $3::date
     order by total.day, model`,
    [query.userId, query.fromDay, query.toDay],
  );
  return rows.map((row) => ({
    day: row.day,
    model: row.model,
    requests: Number(row.requests),
    usage: usageIn(row.units),
    amountNanoUsd: BigInt(row.amount_nano_usd),
  }));
}

function usageIn(quantities: UsageRow['units']): Usage {
  return Object.fromEntries(
    unitNames.filter((unit) => quantities[unit] !== undefined).map((unit) => [unit, Number(quantities[unit])]),
  );
}

function parseDay(day: string, param: string): number {
  const atMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // February 30 parses as a day of March. A real day has the same text after parsing.
  if (Number.isNaN(atMs) || atMs < FIRST_YEAR_MS || new Date(atMs).toISOString().slice(0, day.length) !== day) {
    throw new Fault(invalid(`"${param}" must be a day such as 2026-01-31.`, param));
  }
  return atMs;
}
