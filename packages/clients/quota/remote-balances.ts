import type { BalancesPort } from '#contracts/admin-needs.ts';
import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import { debitOutcomeFromWire, debitToWire, limitStateFromWire, payerBalanceFromWire } from './balances-wire.ts';

/** Balances and limits of quota in another process, for administration. */
export interface RemoteBalances extends BalancesPort {
  close(): void;
}

export function createRemoteBalances(peer: RpcPeer): RemoteBalances {
  const { calls, close } = createGrpcClient(QuotaService, peer);
  return {
    async balancesOf(payers) {
      const { balances } = await calls.getPayerBalances({ payers: payers.map((payer) => ({ ...payer })) });
      return balances.map(payerBalanceFromWire);
    },
    debit: async (debit) => debitOutcomeFromWire(await calls.debit(debitToWire(debit))),
    async limitStates(limitIds) {
      const { states } = await calls.getLimitStates({ limitIds: [...limitIds] });
      return states.map(limitStateFromWire);
    },
    heldInAll: async () => (await calls.getStats({})).heldNanoUsd,
    close,
  };
}
