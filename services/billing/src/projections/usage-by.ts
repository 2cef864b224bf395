import { isUnit, units } from '#ai/units.ts';
import type { EventBodies } from '#contracts/events.ts';
import { usageDimensionNames, usageDimensions } from '#contracts/usage-dimensions.ts';
import type { Projection } from '#journal/projection.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';

/** A row's sums over one batch. */
interface Sums {
  readonly userId: string;
  readonly dimension: string;
  readonly day: string;
  readonly value: string;
  requests: number;
  promptTokens: number;
  answerTokens: number;
  amountNanoUsd: bigint;
}

/** Each user's use and cost by day and by each of the dimensions, from the charges alone. */
export const usageByProjection: Projection = {
  name: 'billing.usage_by',
  schema: 'billing',
  tables: ['usage_by'],
  types: ['ChargePosted'],
  async apply(transaction, events) {
    const rows = new Map<string, Sums>();
    for (const event of events) if (event.type === 'ChargePosted') addCharge(rows, event.data);
    if (rows.size === 0) return;
    const sums = [...rows.values()];
    await transaction.query(
      `insert into usage_by as total
         (user_id, dimension, day, value, requests, prompt_tokens, answer_tokens, amount_nano_usd)
       select user_id, dimension, day::date, value, requests, prompt, answer, amount
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
         as added (user_id, dimension, day, value, requests, prompt, answer, amount)
       on conflict (user_id, dimension, day, value) do update set
         requests = total.requests + excluded.requests,
         prompt_tokens = total.prompt_tokens + excluded.prompt_tokens,
         answer_tokens = total.answer_tokens + excluded.answer_tokens,
         amount_nano_usd = total.amount_nano_usd + excluded.amount_nano_usd`,
      [
        textArray(sums.map((row) => row.userId)),
        textArray(sums.map((row) => row.dimension)),
        textArray(sums.map((row) => row.day)),
        textArray(sums.map((row) => row.value)),
        bigintArray(sums.map((row) => row.requests)),
        bigintArray(sums.map((row) => row.promptTokens)),
        bigintArray(sums.map((row) => row.answerTokens)),
        bigintArray(sums.map((row) => row.amountNanoUsd)),
      ],
    );
  },
};

function addCharge(rows: Map<string, Sums>, charge: EventBodies['ChargePosted']): void {
  // No provider answered, so nothing was used and nothing is owed.
  if (charge.priceKey === '') return;
  const { userId } = charge;
  const day = new Date(Number(charge.postedAtMs)).toISOString().slice(0, 'YYYY-MM-DD'.length);
  const [promptTokens, answerTokens] = tokensOf(charge.lines);
  for (const dimension of usageDimensionNames) {
    for (const value of usageDimensions[dimension](charge)) {
      const key = JSON.stringify([userId, dimension, day, value]);
      const none = { requests: 0, promptTokens: 0, answerTokens: 0, amountNanoUsd: 0n };
      const row = rows.get(key) ?? { userId, dimension, day, value, ...none };
      rows.set(key, row);
      row.requests += 1;
      row.promptTokens += promptTokens;
      row.answerTokens += answerTokens;
      row.amountNanoUsd += BigInt(charge.amountNanoUsd);
    }
  }
}

function tokensOf(lines: EventBodies['ChargePosted']['lines']): readonly [prompt: number, answer: number] {
  let prompt = 0;
  let answer = 0;
  for (const { unit, quantity } of lines) {
    if (!isUnit(unit)) continue;
    if (units[unit].side === 'prompt') prompt += quantity;
    if (units[unit].side === 'answer') answer += quantity;
  }
  return [prompt, answer];
}
