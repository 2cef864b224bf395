import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { UsageLine } from '#contracts/billing.ts';
import type { UsageLineSchema } from '#contracts/gen/gateway/billing/v1/billing_pb.js';

export function usageLineToWire(line: UsageLine): MessageInitShape<typeof UsageLineSchema> {
  return {
    day: line.day,
    model: line.model,
    requests: BigInt(line.requests),
    inputTokens: BigInt(line.inputTokens),
    cachedInputTokens: BigInt(line.cachedInputTokens),
    cacheWriteTokens: BigInt(line.cacheWriteTokens),
    outputTokens: BigInt(line.outputTokens),
    reasoningTokens: BigInt(line.reasoningTokens),
    amountNanoUsd: line.amountNanoUsd,
  };
}

export function usageLineFromWire(line: MessageShape<typeof UsageLineSchema>): UsageLine {
  return {
    day: line.day,
    model: line.model,
    requests: Number(line.requests),
    inputTokens: Number(line.inputTokens),
    cachedInputTokens: Number(line.cachedInputTokens),
    cacheWriteTokens: Number(line.cacheWriteTokens),
    outputTokens: Number(line.outputTokens),
    reasoningTokens: Number(line.reasoningTokens),
    amountNanoUsd: line.amountNanoUsd,
  };
}
