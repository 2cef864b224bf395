import { balanceAtToWire, balancesAtFromWire, payerFromWire } from '#clients/billing/balances-at-wire.ts';
import {
  reportLineToWire,
  reportQueryFromWire,
  requestLineToWire,
  requestsQueryFromWire,
} from '#clients/billing/request-wire.ts';
import { shadowLineToWire, shadowQueryFromWire } from '#clients/billing/shadow-line-wire.ts';
import { usageByLineToWire, usageByQueryFromWire } from '#clients/billing/usage-by-wire.ts';
import { usageLineToWire } from '#clients/billing/usage-line-wire.ts';
import type { LedgerPort } from '#contracts/admin-needs.ts';
import type { BillingPort } from '#contracts/billing.ts';
import { BillingService } from '#contracts/gen/gateway/billing/v1/billing_pb.js';
import { type ServedService, servedService } from '#rpc/served-service.ts';
import type { Billing } from '../billing.ts';

/** gateway.billing.v1.BillingService of the leader. */
export function billingService(
  billing: Pick<BillingPort, 'usage' | 'usageBy' | 'isFree'> & LedgerPort & Pick<Billing, 'stats' | 'priceKeys'>,
): ServedService {
  return servedService(BillingService, {
    getUsage: async (query) => ({ lines: (await billing.usage(query)).map(usageLineToWire) }),
    getUsageBy: async (query) => ({
      lines: (await billing.usageBy(usageByQueryFromWire(query))).map(usageByLineToWire),
    }),
    listPrices: async () => {
      const priceKeys = [...billing.priceKeys()];
      return { priceKeys, freePriceKeys: priceKeys.filter((priceKey) => billing.isFree(priceKey)) };
    },
    async listLedgerLines({ payer, beforePosition, limit }) {
      const query = { payer: payerFromWire(payer), beforePosition: Number(beforePosition), limit };
      const lines = await billing.ledgerLines(query);
      return {
        lines: lines.map((line) => ({ ...line, position: BigInt(line.position), atMs: BigInt(line.atMs) })),
      };
    },
    getShadowReport: async (query) => ({
      lines: (await billing.shadowReport(shadowQueryFromWire(query))).map(shadowLineToWire),
    }),
    listRequests: async (query) => ({
      lines: (await billing.requests(requestsQueryFromWire(query))).map(requestLineToWire),
    }),
    getUsageReport: async (query) => ({
      lines: (await billing.usageReport(reportQueryFromWire(query))).map(reportLineToWire),
    }),
    listBalancesAt: async (query) => ({
      balances: (await billing.balancesAt(balancesAtFromWire(query))).map(balanceAtToWire),
    }),
    getStats: async () => {
      const { openRequests, chargesStuck } = billing.stats();
      return { openRequests, chargesStuck };
    },
  });
}
