import type pg from 'pg';
import type { RequestLine, RequestsQuery } from '#contracts/requests.ts';
import { requestConditions } from './request-conditions.ts';

interface Row {
  readonly request_id: string;
  readonly position: bigint;
  readonly admitted_at_ms: bigint;
  readonly ended_at_ms: bigint;
  readonly user_id: string;
  readonly payer_kind: string;
  readonly payer_id: string;
  readonly key_id: string;
  readonly model: string;
  readonly route_id: string;
  readonly operation: string;
  readonly format: string;
  readonly stream: boolean;
  readonly session_id: string;
  readonly agent_id: string;
  readonly tags: readonly string[];
  readonly outcome: string;
  readonly error: string;
  readonly provider: string;
  readonly provider_model: string;
  readonly attempts: number;
  readonly first_byte_ms: number;
  readonly duration_ms: number;
  readonly input_tokens: bigint;
  readonly output_tokens: bigint;
  readonly hold_nano_usd: bigint;
  readonly amount_nano_usd: bigint | null;
  readonly estimated: boolean;
}

/** Requests that were admitted, the newest first. */
export async function readRequests(
  pool: Pick<pg.Pool, 'query'>,
  { filter, beforePosition, limit }: RequestsQuery,
): Promise<readonly RequestLine[]> {
  const { sql, values } = requestConditions(filter);
  values.push(beforePosition, limit);
  const { rows } = await pool.query<Row>(
    `select * from billing.request
     where ${sql} and ($${values.length - 1}::bigint = 0 or position < $${values.length - 1})
     order by position desc limit $${values.length}`,
    values,
  );
  return rows.map(lineOf);
}

function lineOf(row: Row): RequestLine {
  return {
    requestId: row.request_id,
    position: Number(row.position),
    admittedAtMs: Number(row.admitted_at_ms),
    endedAtMs: Number(row.ended_at_ms),
    userId: row.user_id,
    payerKind: row.payer_kind,
    payerId: row.payer_id,
    keyId: row.key_id,
    model: row.model,
    routeId: row.route_id,
    operation: row.operation,
    format: row.format,
    stream: row.stream,
    sessionId: row.session_id,
    agentId: row.agent_id,
    tags: row.tags,
    outcome: row.outcome,
    error: row.error,
    provider: row.provider,
    providerModel: row.provider_model,
    attempts: row.attempts,
    firstByteMs: row.first_byte_ms,
    durationMs: row.duration_ms,
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    holdNanoUsd: row.hold_nano_usd,
    amountNanoUsd: row.amount_nano_usd ?? undefined,
    estimated: row.estimated,
  };
}
