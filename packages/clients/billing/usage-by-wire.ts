import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { UsageByLine, UsageByQuery } from '#contracts/billing.ts';
import type { GetUsageByRequestSchema, UsageByLineSchema } from '#contracts/gen/gateway/billing/v1/billing_pb.js';
import { isUsageDimension } from '#contracts/usage-dimensions.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

/** Throws a `Fault` for a dimension that this version does not know. */
export function usageByQueryFromWire(query: MessageShape<typeof GetUsageByRequestSchema>): UsageByQuery {
  const { userId, dimension, fromDay, toDay } = query;
  if (!isUsageDimension(dimension)) throw new Fault(invalid(`There is no dimension '${dimension}'.`, 'dimension'));
  return { userId, dimension, fromDay, toDay };
}

export function usageByLineToWire(line: UsageByLine): MessageInitShape<typeof UsageByLineSchema> {
  const { value, requests, inputTokens, outputTokens, amountNanoUsd } = line;
  return {
    value,
    requests: BigInt(requests),
    inputTokens: BigInt(inputTokens),
    outputTokens: BigInt(outputTokens),
    amountNanoUsd,
  };
}

export function usageByLineFromWire(line: MessageShape<typeof UsageByLineSchema>): UsageByLine {
  const { value, requests, inputTokens, outputTokens, amountNanoUsd } = line;
  return {
    value,
    requests: Number(requests),
    inputTokens: Number(inputTokens),
    outputTokens: Number(outputTokens),
    amountNanoUsd,
  };
}
