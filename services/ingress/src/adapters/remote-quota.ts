import type { Bus, BusMessage } from '#bus/connect-bus.ts';
import { persistentRequest } from '#bus/persistent-request.ts';
import { quotaAdmit } from '#bus/subjects.ts';
import { admitRequestToWire, admitResponseFromWire } from '#contracts/admit-wire.ts';
import type { BalancePort } from '#contracts/billing.ts';
import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import type { AdmitResponse, QuotaPort } from '#contracts/quota.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';

/**
 * From the first try to a 503. A takeover of quota, or of the log behind it, takes some three seconds: a client that
 * waits them out notices nothing.
 */
const BUDGET_MS = 5_000;
/** An admission takes milliseconds; one that waits for a takeover of the log is asked for again and told the same. */
const TRY_TIMEOUT_MS = 1_000;
const PAUSE_MS = 50;

const decoder = new TextDecoder();

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
    async admit(request) {
      let response: AdmitResponse | undefined;
      await persistentRequest(bus, subject, admitRequestToWire(request), {
        budgetMs: BUDGET_MS,
        tryTimeoutMs: TRY_TIMEOUT_MS,
        pauseMs: PAUSE_MS,
        isPassing(message: BusMessage) {
          response = admitResponseFromWire(decoder.decode(message.data));
          return response.result.kind === 'refused' && response.result.refusal.code === 'unavailable';
        },
      });
      if (response === undefined) throw new Error('an admission was answered with nothing');
      return response;
    },
    async balances(userIds) {
      const { balances } = await calls.getBalances({ userIds: [...userIds] });
      return balances;
    },
    close,
  };
}
