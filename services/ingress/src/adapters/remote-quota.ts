import type { Bus } from '#bus/connect-bus.ts';
import { quotaAdmit } from '#bus/subjects.ts';
import type { BalancePort } from '#contracts/billing.ts';
import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import type { QuotaPort } from '#contracts/quota.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import { askAdmission } from './ask-admission.ts';

/** Quota in another process: admission over the bus, balances over gRPC. */
export interface RemoteQuota extends QuotaPort, BalancePort {
  close(): void;
}

export function createRemoteQuota(options: {
  readonly bus: Bus;
  readonly peer: RpcPeer;
  readonly part: number;
}): RemoteQuota {
  const { bus, peer, part } = options;
  const { calls, close } = createGrpcClient(QuotaService, peer);
  const subject = quotaAdmit(part);
  return {
    admit: (request) => askAdmission(bus, subject, request),
    async balances(userIds) {
      const { balances } = await calls.getBalances({ userIds: [...userIds] });
      return balances;
    },
    close,
  };
}
