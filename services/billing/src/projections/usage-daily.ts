import { isUnit, type Unit } from '#ai/units.ts';
import type { EventBodies } from '#contracts/events.ts';
import type { Projection } from '#journal/projection.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';

/** A row's sums over one batch. */
interface Sums {
  readonly userId: string;
  readonly day: string;
  readonly model: string;
  requests: number;
  readonly tokens: Partial<Record<Unit, number>>;
  amountNanoUsd: bigint;
}

/** Each user's use and cost by day and model. Computed from the charges alone, whose lines hold the counts. */
export const usageDailyProjection: Projection = {
  name: 'billing.usage_daily',
  schema: 'billing',
  tables: ['usage_daily'],
  types: ['ChargePosted'],
  async apply(transaction, events) {
    const rows = new Map<string, Sums>();
    for (const event of events) if (event.type === 'ChargePosted') addCharge(rows, event.data);
    if (rows.size === 0) return;
    const sums = [...rows.values()];
    const tokensOf = (unit: Unit): Buffer => bigintArray(sums.map((row) => row.tokens[unit] ?? 0));
    await transaction.query(
      `insert into usage_daily as total
         (user_id, day, model, requests, input_tokens, cached_input_tokens, cache_write_tokens, cache_write_1h_tokens,
          output_tokens, reasoning_tokens, amount_nano_usd)
       select user_id, day::date, model, requests, input, cached_input, cache_write, cache_write_1h, output, reasoning, amount
       from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                   $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
         as added (user_id, day, model, requests, input, cached_input, cache_write, cache_write_1h, output, reasoning, amount)
       on conflict (user_id, day, model) do update set
         requests = total.requests + excluded.requests,
         input_tokens = total.input_tokens + excluded.input_tokens,
         cached_input_tokens = total.cached_input_tokens + excluded.cached_input_tokens,
         cache_write_tokens = total.cache_write_tokens + excluded.cache_write_tokens,
         cache_write_1h_tokens = total.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
         output_tokens = total.output_tokens + excluded.output_tokens,
         reasoning_tokens = total.reasoning_tokens + excluded.reasoning_tokens,
         amount_nano_usd = total.amount_nano_usd + excluded.amount_nano_usd`,
      [
        textArray(sums.map((row) => row.userId)),
        textArray(sums.map((row) => row.day)),
        textArray(sums.map((row) => row.model)),
        bigintArray(sums.map((row) => row.requests)),
        tokensOf('input'),
        tokensOf('cached_input'),
        tokensOf('cache_write'),
        tokensOf('cache_write_1h'),
        tokensOf('output'),
        tokensOf('reasoning'),
        bigintArray(sums.map((row) => row.amountNanoUsd)),
      ],
    );
  },
};

function addCharge(rows: Map<string, Sums>, charge: EventBodies['ChargePosted']): void {
  // No provider answered, so nothing was used and nothing is owed.
  if (charge.priceKey === '') return;
  const day = new Date(Number(charge.postedAtMs)).toISOString().slice(0, 'YYYY-MM-DD'.length);
  const model = pricedModel(charge.priceKey);
  const key = JSON.stringify([charge.userId, day, model]);
  const row = rows.get(key) ?? emptyRow(charge.userId, day, model);
  rows.set(key, row);
  row.requests += 1;
  row.amountNanoUsd += BigInt(charge.amountNanoUsd);
  for (const { unit, quantity } of charge.lines)
    if (isUnit(unit)) row.tokens[unit] = (row.tokens[unit] ?? 0) + quantity;
}

/** The answering model under its price's name: <catalogue>/<model>. */
function pricedModel(priceKey: string): string {
  return priceKey.slice(priceKey.indexOf('/') + 1);
}

function emptyRow(userId: string, day: string, model: string): Sums {
  return { userId, day, model, requests: 0, tokens: {}, amountNanoUsd: 0n };
}
