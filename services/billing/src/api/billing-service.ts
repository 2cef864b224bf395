import type { BillingPort, UsageLine } from '#contracts/billing.ts';
import { BillingService } from '#contracts/gen/gateway/billing/v1/billing_pb.js';
import { type ServedService, servedService } from '#rpc/served-service.ts';
import type { Billing } from '../billing.ts';

/** gateway.billing.v1.BillingService of the leader. */
export function billingService(
  billing: Pick<BillingPort, 'usage' | 'isFree'> & Pick<Billing, 'stats' | 'priceKeys'>,
): ServedService {
  return servedService(BillingService, {
    getUsage: async (query) => ({ lines: (await billing.usage(query)).map(lineToWire) }),
    listPrices: async () => {
      const priceKeys = [...billing.priceKeys()];
      return { priceKeys, freePriceKeys: priceKeys.filter((priceKey) => billing.isFree(priceKey)) };
    },
    getStats: async () => {
      const { openRequests, chargesStuck } = billing.stats();
      return { openRequests, chargesStuck };
    },
  });
}

function lineToWire(line: UsageLine) {
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
