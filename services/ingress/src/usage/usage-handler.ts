import { type Unit, unitNames } from '#ai/units.ts';
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
import { readBalance } from '../http/read-balance.ts';
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
    const caller = await identify(exchange);
    const { userId } = caller;
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
      balance: balanceDocument(await readBalance(balances, caller)),
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
  const usage: Partial<Record<Unit, number>> = {};
  for (const line of lines) {
    for (const unit of unitNames) {
      const quantity = line.usage[unit];
      if (quantity !== undefined) usage[unit] = (usage[unit] ?? 0) + quantity;
    }
  }
  return {
    requests: lines.reduce((soFar, line) => soFar + line.requests, 0),
    usage,
    amountNanoUsd: lines.reduce((soFar, line) => soFar + line.amountNanoUsd, 0n),
  };
}

/** Tokens of text have fields of their own; `units` has everything that was used, by its unit. */
function sumsDocument({ requests, usage, amountNanoUsd }: Sums) {
  const { input = 0, cached_input = 0, output = 0, reasoning = 0 } = usage;
  const { cache_write = 0, cache_write_1h = 0, cache_write_12h = 0 } = usage;
  return {
    requests,
    input_tokens: input,
    cached_input_tokens: cached_input,
    cache_write_tokens: cache_write + cache_write_1h + cache_write_12h,
    output_tokens: output,
    reasoning_tokens: reasoning,
    units: usage,
    amount_usd: formatUsd(amountNanoUsd),
    amount_nano_usd: String(amountNanoUsd),
  };
}
