import type { UsageByLine, UsageLine } from '#contracts/billing.ts';
import { isUsageDimension, type UsageDimension, usageDimensionNames } from '#contracts/usage-dimensions.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { systemClock } from '#kernel/clock.ts';
import { formatUsd } from '#money/nano-usd.ts';
import type { Identify } from '../access/identify.ts';
import { answerJson } from '../http/answer.ts';
import { balanceDocument } from '../http/balance-document.ts';
import { type Handler, queryOf } from '../http/exchange.ts';
import { readBalance } from '../http/read-balances.ts';
import type { IngressDependencies } from '../ports.ts';
import { usagePeriod } from './usage-period.ts';

type Dependencies = Pick<IngressDependencies, 'billing' | 'balances' | 'clock'>;
type Sums = Omit<UsageLine, 'day' | 'model'>;

/**
 * `GET /v1/usage?from=YYYY-MM-DD&to=YYYY-MM-DD`: what the key's user used and was charged, by day and model; with `group_by`,
 * over all the days by what the requests said of themselves or by what served them.
 */
export function usageHandler({ billing, balances, clock = systemClock }: Dependencies, identify: Identify): Handler {
  return async (exchange) => {
    const { userId } = await identify(exchange);
    const query = queryOf(exchange);
    const period = usagePeriod(query, clock());
    const dimension = dimensionOf(query.get('group_by'));
    if (dimension !== undefined) {
      const byValue = await billing.usageBy({ userId, dimension, ...period });
      const data = byValue.map((line) => usageByDocument(dimension, line));
      answerJson(exchange, 200, {
        object: 'usage',
        from: period.fromDay,
        to: period.toDay,
        group_by: dimension,
        data,
      });
      return;
    }
    const lines = await billing.usage({ userId, ...period });
    answerJson(exchange, 200, {
      object: 'usage',
      from: period.fromDay,
      to: period.toDay,
      totals: sumsDocument(total(lines)),
      data: lines.map((line) => ({ day: line.day, model: line.model, ...sumsDocument(line) })),
      balance: balanceDocument(await readBalance(balances, userId)),
    });
  };
}

/** undefined: by day and model. */
function dimensionOf(groupBy: string | null): UsageDimension | undefined {
  if (groupBy === null) return undefined;
  if (isUsageDimension(groupBy)) return groupBy;
  throw new Fault(invalid(`'group_by' must be one of ${usageDimensionNames.join(', ')}.`, 'group_by'));
}

function usageByDocument(dimension: UsageDimension, line: UsageByLine) {
  return {
    [dimension]: line.value,
    requests: line.requests,
    input_tokens: line.inputTokens,
    output_tokens: line.outputTokens,
    amount_usd: formatUsd(line.amountNanoUsd),
    amount_nano_usd: String(line.amountNanoUsd),
  };
}

function total(lines: readonly UsageLine[]): Sums {
  const sum = (count: (line: UsageLine) => number): number => lines.reduce((soFar, line) => soFar + count(line), 0);
  return {
    requests: sum((line) => line.requests),
    inputTokens: sum((line) => line.inputTokens),
    cachedInputTokens: sum((line) => line.cachedInputTokens),
    cacheWriteTokens: sum((line) => line.cacheWriteTokens),
    outputTokens: sum((line) => line.outputTokens),
    reasoningTokens: sum((line) => line.reasoningTokens),
    amountNanoUsd: lines.reduce((soFar, line) => soFar + line.amountNanoUsd, 0n),
  };
}

function sumsDocument(sums: Sums) {
  return {
    requests: sums.requests,
    input_tokens: sums.inputTokens,
    cached_input_tokens: sums.cachedInputTokens,
    cache_write_tokens: sums.cacheWriteTokens,
    output_tokens: sums.outputTokens,
    reasoning_tokens: sums.reasoningTokens,
    amount_usd: formatUsd(sums.amountNanoUsd),
    amount_nano_usd: String(sums.amountNanoUsd),
  };
}
