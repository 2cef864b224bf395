import type pg from 'pg';
import type { ShadowLine, ShadowReportQuery } from '#contracts/admin-needs.ts';
import { HOUR_MS, type SumColumn } from '../projections/shadow-comparison.ts';

/** A gateway has some tens of routes with a shadow. Those with the most requests come first. */
const LINES_MAX = 1_000;
/** Later than any hour: the year 285,616. */
const LAST_MS = 2 ** 53;

interface Row extends Record<SumColumn, string> {
  readonly route_id: string;
  readonly provider: string;
  readonly model: string;
  readonly shadow_provider: string;
  readonly shadow_model: string;
}

/** The hours of a time added up, by route and models. */
export async function readShadowComparison(
  pool: Pick<pg.Pool, 'query'>,
  { routeId, fromMs, toMs }: ShadowReportQuery,
): Promise<ShadowLine[]> {
  const { rows } = await pool.query<Row>(
    `select route_id, provider, model, shadow_provider, shadow_model,
            sum(requests) as requests, sum(failed) as failed, sum(shadow_failed) as shadow_failed,
            sum(same_text) as same_text, sum(first_byte_ms) as first_byte_ms,
            sum(shadow_first_byte_ms) as shadow_first_byte_ms, sum(duration_ms) as duration_ms,
            sum(shadow_duration_ms) as shadow_duration_ms, sum(output_tokens) as output_tokens,
            sum(shadow_output_tokens) as shadow_output_tokens, sum(shadow_cost_nano_usd) as shadow_cost_nano_usd
     from billing.shadow_comparison
     where hour_ms between $1 and $2 and ($3 = '' or route_id = $3)
     group by route_id, provider, model, shadow_provider, shadow_model
     order by sum(requests) desc, route_id, provider, model, shadow_provider, shadow_model
     limit $4`,
    [Math.floor(fromMs / HOUR_MS) * HOUR_MS, toMs === 0 ? LAST_MS : toMs, routeId, LINES_MAX],
  );
  return rows.map(lineOf);
}

function lineOf(row: Row): ShadowLine {
  const completed = BigInt(row.requests) - BigInt(row.failed);
  const shadowCompleted = BigInt(row.requests) - BigInt(row.shadow_failed);
  return {
    routeId: row.route_id,
    provider: row.provider,
    model: row.model,
    shadowProvider: row.shadow_provider,
    shadowModel: row.shadow_model,
    requests: Number(row.requests),
    failed: Number(row.failed),
    shadowFailed: Number(row.shadow_failed),
    sameText: Number(row.same_text),
    firstByteMs: mean(row.first_byte_ms, completed),
    shadowFirstByteMs: mean(row.shadow_first_byte_ms, shadowCompleted),
    durationMs: mean(row.duration_ms, completed),
    shadowDurationMs: mean(row.shadow_duration_ms, shadowCompleted),
    outputTokens: Number(row.output_tokens),
    shadowOutputTokens: Number(row.shadow_output_tokens),
    shadowCostNanoUsd: BigInt(row.shadow_cost_nano_usd),
  };
}

/** Rounded down; 0 of none. */
function mean(sum: string, count: bigint): number {
  return count > 0n ? Number(BigInt(sum) / count) : 0;
}
