import type pg from 'pg';
import type { UsageByLine, UsageByQuery } from '#contracts/billing.ts';

/** A client that makes up a value a request must not make an answer of megabytes. */
const VALUES_MAX = 1_000;

interface Row {
  readonly value: string;
  readonly requests: string;
  readonly prompt_tokens: string;
  readonly answer_tokens: string;
  readonly amount_nano_usd: string;
}

/** A user's use over days by one dimension, the dearest first; at most VALUES_MAX values. */
export async function readUsageBy(pool: Pick<pg.Pool, 'query'>, query: UsageByQuery): Promise<UsageByLine[]> {
  const { userId, dimension, fromDay, toDay } = query;
  const { rows } = await pool.query<Row>(
    `select value, sum(requests) as requests, sum(prompt_tokens) as prompt_tokens,
            sum(answer_tokens) as answer_tokens, sum(amount_nano_usd) as amount_nano_usd
     from billing.usage_by
     where user_id = $1 and dimension = $2 and day between $3::date and $4::date
     group by value
     order by sum(amount_nano_usd) desc, value
     limit $5`,
    [userId, dimension, fromDay, toDay, VALUES_MAX],
  );
  return rows.map((row) => ({
    value: row.value,
    requests: Number(row.requests),
    inputTokens: Number(row.prompt_tokens),
    outputTokens: Number(row.answer_tokens),
    amountNanoUsd: BigInt(row.amount_nano_usd),
  }));
}
