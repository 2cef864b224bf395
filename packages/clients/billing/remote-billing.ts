import type { BillingPort } from '#contracts/billing.ts';
import { BillingService } from '#contracts/gen/gateway/billing/v1/billing_pb.js';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import type { Logger } from '#telemetry/logger.ts';
import { startRefreshing } from '../refreshed.ts';
import { usageByLineFromWire } from './usage-by-wire.ts';
import { usageLineFromWire } from './usage-line-wire.ts';

/**
 * A price is to be in force everywhere within a second of its change. What /v1/models shows rests on this, and an early no to a
 * user without money; admission has prices of its own.
 */
const REFRESH_MS = 900;
const REFRESH_TIMEOUT_MS = 2_000;

/** Billing in another process, with what is priced in memory. */
export interface RemoteBilling extends BillingPort {
  ready(): Promise<void>;
  close(): Promise<void>;
}

export function createRemoteBilling({
  peer,
  logger,
}: {
  readonly peer: RpcPeer;
  readonly logger: Logger;
}): RemoteBilling {
  const { calls, close } = createGrpcClient(BillingService, peer);
  let priceKeys: ReadonlySet<string> = new Set();
  let freePriceKeys: ReadonlySet<string> = new Set();
  const refreshing = startRefreshing({
    what: 'the prices of billing',
    intervalMs: REFRESH_MS,
    logger,
    async refresh() {
      const listed = await calls.listPrices({}, { timeoutMs: REFRESH_TIMEOUT_MS });
      priceKeys = new Set(listed.priceKeys);
      freePriceKeys = new Set(listed.freePriceKeys);
    },
  });
  return {
    isPriced: (priceKey) => priceKeys.has(priceKey),
    isFree: (priceKey) => freePriceKeys.has(priceKey),
    async usage(query) {
      const { lines } = await calls.getUsage(query);
      return lines.map(usageLineFromWire);
    },
    async usageBy(query) {
      const { lines } = await calls.getUsageBy(query);
      return lines.map(usageByLineFromWire);
    },
    ready: refreshing.first,
    async close() {
      await refreshing.close();
      close();
    },
  };
}
