import type pg from 'pg';
import type { ReportGroup, UsageReportLine, UsageReportQuery } from '#contracts/requests.ts';
import { requestConditions } from './request-conditions.ts';

/** Of each interval: a chart shows ten or so, and a client that makes up a value a request must not make megabytes. */
const VALUES_DEFAULT = 100;
/** What a question of quota's may name at once: the report by payer is read for their balances. */
const VALUES_MAX = 1_000;
/** A month by the hour has 744 intervals; a week by the minute 10,080, which nobody could draw. */
const LINES_MAX = 20_000;

interface Row {
  readonly at_ms: bigint;
  readonly value: string;
  readonly requests: bigint;
  readonly errors: bigint;
  readonly input_tokens: string;
  readonly output_tokens: string;
  readonly amount_nano_usd: string;
  readonly first_byte_ms: string | null;
  readonly duration_ms: string | null;
}

/** Where the value of each dimension stands. */
const columns: Readonly<Record<ReportGroup, string>> = {
  user: 'user_id',
  team: "case when payer_kind = 'team' then payer_id else '' end",
  key: 'key_id',
  model: 'model',
  provider: 'provider',
  tag: 'tag',
  session: 'session_id',
  agent: 'agent_id',
  outcome: 'outcome',
  route: 'route_id',
  format: 'format',
  payer: "case when payer_id = '' then 'user:' || user_id else payer_kind || ':' || payer_id end",
};

/** Requests added up over a time. A request with two tags counts for both; one with none stands at no value. */
export async function readUsageReport(
  pool: Pick<pg.Pool, 'query'>,
  { filter, groupBy, intervalMs, valuesMax = 0 }: UsageReportQuery,
): Promise<readonly UsageReportLine[]> {
  const { sql, values } = requestConditions(filter);
  values.push(intervalMs, filter.fromMs);
  const placeMax = Math.min(valuesMax || VALUES_DEFAULT, VALUES_MAX);
  const interval = `$${values.length - 1}::bigint`;
  const { rows } = await pool.query<Row>(
    `with added as (
       select case when ${interval} = 0 then $${values.length}::bigint else admitted_at_ms / greatest(${interval}, 1) * ${interval} end as at_ms,
              ${groupBy === '' ? "''" : columns[groupBy]} as value,
              count(*) as requests,
              count(*) filter (where outcome not in ('running', 'completed')) as errors,
              sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens,
              coalesce(sum(amount_nano_usd), 0) as amount_nano_usd,
              trunc(avg(first_byte_ms) filter (where outcome = 'completed')) as first_byte_ms,
              trunc(avg(duration_ms) filter (where outcome = 'completed')) as duration_ms
       from billing.request ${groupBy === 'tag' ? 'left join unnest(tags) as tag on true' : ''}
       where ${sql}
       group by 1, 2),
     ranked as (
       select *, row_number() over (partition by at_ms order by amount_nano_usd desc, requests desc, value) as place from added)
     select at_ms, coalesce(value, '') as value, requests, errors, input_tokens, output_tokens, amount_nano_usd,
            first_byte_ms, duration_ms
     from ranked where place <= ${placeMax}
     order by at_ms, place limit ${LINES_MAX}`,
    values,
  );
  return rows.map((row) => ({
    atMs: Number(row.at_ms),
    value: row.value,
    requests: Number(row.requests),
    errors: Number(row.errors),
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    amountNanoUsd: BigInt(row.amount_nano_usd),
    firstByteMs: Number(row.first_byte_ms ?? 0),
    durationMs: Number(row.duration_ms ?? 0),
  }));
}
