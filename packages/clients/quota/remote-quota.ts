import type { Bus } from '#bus/connect-bus.ts';
import { persistentRequest } from '#bus/persistent-request.ts';
import { quotaAdmit } from '#bus/subjects.ts';
import type { BalancePort } from '#contracts/billing.ts';
import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import { type AdmitRequest, type AdmitResponse, ASKED_FOR_MS, type QuotaPort } from '#contracts/quota.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import { admitRequestToWire, admitResponseFromWire } from './admit-wire.ts';
import { quoteFromWire, quoteRequestToWire } from './quote-wire.ts';

/** An admission takes milliseconds; one that waits for a takeover of the log is asked for again and told the same. */
const TRY_TIMEOUT_MS = 1_000;
const PAUSE_MS = 50;

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
    quote: async (request) => quoteFromWire(await calls.getQuote(quoteRequestToWire(request))),
    async balances(userIds, teamIds = []) {
      const { balances } = await calls.getBalances({ userIds: [...userIds], teamIds: [...teamIds] });
      return balances;
    },
    close,
  };
}

const decoder = new TextDecoder();

/**
 * Asks for admission, again under the same id while nobody answers. Quota answers what is durable, or a refusal. Rejects
 * with a `Fault` (`unavailable`) where nobody answers in time.
 */
async function askAdmission(bus: Bus, subject: string, request: AdmitRequest): Promise<AdmitResponse> {
  let response: AdmitResponse | undefined;
  await persistentRequest(bus, subject, admitRequestToWire(request), {
    budgetMs: ASKED_FOR_MS,
    tryTimeoutMs: TRY_TIMEOUT_MS,
    pauseMs: PAUSE_MS,
    isPassing({ data }) {
      response = admitResponseFromWire(decoder.decode(data));
      // Another try may better it, as that of a leader about to give way.
      return response.result.kind === 'refused' && response.result.refusal.code === 'unavailable';
    },
  });
  if (response === undefined) throw new Error('an admission was answered with nothing');
  return response;
}
