import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { isUnit } from '#ai/units.ts';
import type { Usage } from '#ai/usage.ts';
import type { UsageLine } from '#contracts/billing.ts';
import type { UsageLineSchema } from '#contracts/gen/gateway/billing/v1/billing_pb.js';

type Line = MessageShape<typeof UsageLineSchema>;

/** The fields that an earlier version has in the place of units, which may run beside this one during an upgrade. */
const earlierFields = [
  ['inputTokens', ['input']],
  ['cachedInputTokens', ['cached_input']],
  ['cacheWriteTokens', ['cache_write', 'cache_write_1h', 'cache_write_12h']],
  ['outputTokens', ['output']],
  ['reasoningTokens', ['reasoning']],
] as const satisfies readonly (readonly [keyof Line, readonly [keyof Usage, ...(keyof Usage)[]]])[];

export function usageLineToWire({
  day,
  model,
  requests,
  usage,
  amountNanoUsd,
}: UsageLine): MessageInitShape<typeof UsageLineSchema> {
  const earlier = earlierFields.map(([field, units]) => {
    const sum = units.reduce((soFar, unit) => soFar + (usage[unit] ?? 0), 0);
    return [field, BigInt(sum)];
  });
  return {
    day,
    model,
    requests: BigInt(requests),
    ...Object.fromEntries(earlier),
    units: Object.entries(usage).map(([unit, quantity]) => ({ unit, quantity: BigInt(quantity) })),
    amountNanoUsd,
  };
}

/** A unit that this version does not know is not shown: its cost is. */
export function usageLineFromWire(line: Line): UsageLine {
  const quantities =
    line.units.length > 0
      ? line.units.map(({ unit, quantity }) => [unit, quantity] as const)
      : earlierFields.map(([field, [unit]]) => [unit, line[field]] as const);
  const usage = quantities.flatMap(([unit, quantity]) =>
    isUnit(unit) && quantity > 0n ? [[unit, Number(quantity)]] : [],
  );
  const { day, model, requests, amountNanoUsd } = line;
  return { day, model, requests: Number(requests), usage: Object.fromEntries(usage), amountNanoUsd };
}
