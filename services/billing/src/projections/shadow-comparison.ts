import { answerTokensOf } from '#ai/usage.ts';
import type { EventBodies } from '#contracts/events.ts';
import type { Projection } from '#journal/projection.ts';
import { usageFromEvent } from '#money/quantities.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';

/** What is added up, by the names of the columns. */
const sumColumns = [
  'requests',
  'failed',
  'shadow_failed',
  'same_text',
  'first_byte_ms',
  'shadow_first_byte_ms',
  'duration_ms',
  'shadow_duration_ms',
  'output_tokens',
  'shadow_output_tokens',
  'shadow_cost_nano_usd',
] as const;

export type SumColumn = (typeof sumColumns)[number];

/** A row's sums over one batch. */
interface Sums {
  readonly key: Key;
  readonly sums: Record<SumColumn, bigint>;
}

interface Key {
  readonly hourMs: number;
  readonly routeId: string;
  readonly provider: string;
  readonly model: string;
  readonly shadowProvider: string;
  readonly shadowModel: string;
}

export const HOUR_MS = 3_600_000;

/** How shadow targets did beside what clients got, by hour, route and models. */
export const shadowComparisonProjection: Projection = {
  name: 'billing.shadow_comparison',
  schema: 'billing',
  tables: ['shadow_comparison'],
  types: ['ShadowRecorded', 'ShadowCostPosted'],
  async apply(transaction, events) {
    const rows = new Map<string, Sums>();
    for (const event of events) {
      if (event.type === 'ShadowRecorded') addShadow(rows, event.data);
      if (event.type === 'ShadowCostPosted') addCost(rows, event.data);
    }
    if (rows.size === 0) return;
    const all = [...rows.values()];
    const keys = all.map(({ key }) => key);
    const sums = sumColumns.join(', ');
    const parameters = sumColumns.map((_, index) => `$${index + 7}::bigint[]`).join(', ');
    await transaction.query(
      `insert into shadow_comparison as total
         (hour_ms, route_id, provider, model, shadow_provider, shadow_model, ${sums})
       select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], ${parameters})
       on conflict (hour_ms, route_id, provider, model, shadow_provider, shadow_model) do update set
         ${sumColumns.map((column) => `${column} = total.${column} + excluded.${column}`).join(', ')}`,
      [
        bigintArray(keys.map(({ hourMs }) => hourMs)),
        textArray(keys.map(({ routeId }) => routeId)),
        textArray(keys.map(({ provider }) => provider)),
        textArray(keys.map(({ model }) => model)),
        textArray(keys.map(({ shadowProvider }) => shadowProvider)),
        textArray(keys.map(({ shadowModel }) => shadowModel)),
        ...sumColumns.map((column) => bigintArray(all.map((row) => row.sums[column]))),
      ],
    );
  },
};

function addShadow(rows: Map<string, Sums>, shadow: EventBodies['ShadowRecorded']): void {
  const { routeId, candidate, answer } = shadow;
  const sums = sumsOf(rows, {
    hourMs: hourOf(shadow.recordedAtMs),
    routeId,
    provider: answer.provider,
    model: answer.model,
    shadowProvider: candidate.provider,
    shadowModel: candidate.model,
  });
  sums.requests += 1n;
  if (shadow.isSameText) sums.same_text += 1n;
  sums.output_tokens += outputTokensOf(answer.quantities);
  sums.shadow_output_tokens += outputTokensOf(shadow.quantities);
  if (answer.outcome === 'OUTCOME_COMPLETED') {
    sums.first_byte_ms += BigInt(answer.firstByteMs);
    sums.duration_ms += BigInt(answer.durationMs);
  } else sums.failed += 1n;
  if (shadow.outcome === 'OUTCOME_COMPLETED') {
    sums.shadow_first_byte_ms += BigInt(shadow.firstByteMs);
    sums.shadow_duration_ms += BigInt(shadow.durationMs);
  } else sums.shadow_failed += 1n;
}

/** It is of the hour of its record, whose time it has. */
function addCost(rows: Map<string, Sums>, posted: EventBodies['ShadowCostPosted']): void {
  const sums = sumsOf(rows, {
    hourMs: hourOf(posted.postedAtMs),
    routeId: posted.routeId,
    provider: posted.answeredProvider,
    model: posted.answeredModel,
    shadowProvider: posted.cost.provider,
    shadowModel: posted.cost.model,
  });
  sums.shadow_cost_nano_usd += BigInt(posted.cost.amountNanoUsd);
}

function sumsOf(rows: Map<string, Sums>, key: Key): Sums['sums'] {
  const text = JSON.stringify(Object.values(key));
  const row = rows.get(text) ?? {
    key,
    sums: Object.fromEntries(sumColumns.map((column) => [column, 0n])) as Sums['sums'],
  };
  rows.set(text, row);
  return row.sums;
}

function hourOf(atMs: string): number {
  return Math.floor(Number(atMs) / HOUR_MS) * HOUR_MS;
}

function outputTokensOf(quantities: EventBodies['ShadowRecorded']['quantities']): bigint {
  return BigInt(answerTokensOf(usageFromEvent(quantities)));
}
