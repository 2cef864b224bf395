import type { LedgerLine, LedgerPort } from '#contracts/admin-needs.ts';
import { BillingService } from '#contracts/gen/gateway/billing/v1/billing_pb.js';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import { balanceAtFromWire, balancesAtToWire } from './balances-at-wire.ts';
import { reportLineFromWire, reportQueryToWire, requestLineFromWire, requestsQueryToWire } from './request-wire.ts';
import { shadowLineFromWire, shadowQueryToWire } from './shadow-line-wire.ts';

/** The ledger of billing in another process, its requests, and its reports. */
export function createRemoteLedger(peer: RpcPeer): LedgerPort & { close(): void } {
  const { calls, close } = createGrpcClient(BillingService, peer);
  return {
    async ledgerLines({ payer, beforePosition, limit }) {
      const { lines } = await calls.listLedgerLines({ payer, beforePosition: BigInt(beforePosition), limit });
      return lines.map(({ position, atMs, type, ...line }) => ({
        ...line,
        position: Number(position),
        atMs: Number(atMs),
        type: type as LedgerLine['type'],
      }));
    },
    async shadowReport(query) {
      const { lines } = await calls.getShadowReport(shadowQueryToWire(query));
      return lines.map(shadowLineFromWire);
    },
    async requests(query) {
      const { lines } = await calls.listRequests(requestsQueryToWire(query));
      return lines.map(requestLineFromWire);
    },
    async usageReport(query) {
      const { lines } = await calls.getUsageReport(reportQueryToWire(query));
      return lines.map(reportLineFromWire);
    },
    async balancesAt(query) {
      const { balances } = await calls.listBalancesAt(balancesAtToWire(query));
      return balances.map(balanceAtFromWire);
    },
    close,
  };
}
