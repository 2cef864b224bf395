import type { Bus, BusAnswer } from '#bus/connect-bus.ts';
import { persistentRequest } from '#bus/persistent-request.ts';
import { quotaAdmit } from '#bus/subjects.ts';
import { admitRequestToWire, admitResponseFromWire } from '#contracts/admit-wire.ts';
import type { BalancePort } from '#contracts/billing.ts';
import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import type { Admission, AdmitRequest, AdmitResponse, QuotaPort } from '#contracts/quota.ts';
import { isSameAdmission } from '#contracts/same-admission.ts';
import { Fault } from '#errors/fault.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';

/**
 * From the first try to a 503. A takeover of quota, or of the log behind it, takes some three seconds: a client that
 * waits them out notices nothing.
 */
const BUDGET_MS = 5_000;
/**
 * The same where the admission was told early and nobody answers since: a router tries for ten seconds, and for what its
 * last try takes, to record what the request has used. Given up before, the client would be charged for an answer it does
 * not get.
 */
const UNDER_WAY_BUDGET_MS = 15_000;
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

  /** What is certain in the end; `onEarly` gets an admission that is on its way into the log. */
  async function ask(request: AdmitRequest, onEarly: (response: AdmitResponse) => void): Promise<AdmitResponse> {
    let response: AdmitResponse | undefined;
    let message = admitRequestToWire(request);
    let budgetMs = BUDGET_MS;
    await persistentRequest(bus, subject, () => message, {
      budgetMs: () => budgetMs,
      tryTimeoutMs: TRY_TIMEOUT_MS,
      pauseMs: PAUSE_MS,
      onEarly(data) {
        try {
          onEarly(admitResponseFromWire(decoder.decode(data)));
          message = admitRequestToWire({ ...request, isUnderWay: true });
          budgetMs = UNDER_WAY_BUDGET_MS;
        } catch {
          // Unreadable: the certain answer follows.
        }
      },
      isPassing(message: BusAnswer) {
        response = admitResponseFromWire(decoder.decode(message.data));
        budgetMs = BUDGET_MS;
        return response.result.kind === 'refused' && response.result.refusal.code === 'unavailable';
      },
    });
    if (response === undefined) throw new Error('an admission was answered with nothing');
    return response;
  }

  return {
    admit(request) {
      const early = Promise.withResolvers<AdmitResponse>();
      const certain = ask(request, early.resolve);
      return Promise.race([certain, early.promise.then((placed) => untilCertain(placed, certain))]);
    },
    async balances(userIds) {
      const { balances } = await calls.getBalances({ userIds: [...userIds] });
      return balances;
    },
    close,
  };
}

/** An admission that was told early, durable once the certain answer says the same. */
function untilCertain(placed: AdmitResponse, certain: Promise<AdmitResponse>): AdmitResponse | Promise<AdmitResponse> {
  const { result } = placed;
  if (result.kind === 'refused') return certain;
  const durable = certain.then((response) => assertSame(result, response));
  // Whoever delivers the answer waits for it; until then its failure is nobody's unhandled one.
  durable.catch(() => undefined);
  return { ...placed, result: { ...result, durable } };
}

function assertSame(placed: Admission, { result }: AdmitResponse): void {
  if (result.kind === 'refused') throw new Fault(result.refusal);
  if (isSameAdmission(placed, result)) return;
  const message = 'The request was admitted on other terms meanwhile; send it again.';
  throw new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 });
}
