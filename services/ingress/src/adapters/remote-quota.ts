import type { Bus } from '#bus/connect-bus.ts';
import { quotaAdmit } from '#bus/subjects.ts';
import type { BalancePort } from '#contracts/billing.ts';
import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import type { Admission, AdmitResponse, QuotaPort } from '#contracts/quota.ts';
import { isSameAdmission } from '#contracts/same-admission.ts';
import { Fault } from '#errors/fault.ts';
import { noticeOf } from '#journal/durable-notice.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import type { Logger } from '#telemetry/logger.ts';
import { listenForNotices } from './admission-notices.ts';
import { askAdmission } from './ask-admission.ts';

/** Quota in another process: admission over the bus, balances over gRPC. */
export interface RemoteQuota extends QuotaPort, BalancePort {
  close(): void;
}

/**
 * An admission is decided by quota and durable when the log's writer says so, which tells this process ahead of quota.
 * Where neither word comes, quota is asked again, and answers what the log holds.
 */
export function createRemoteQuota(options: {
  readonly bus: Bus;
  readonly peer: RpcPeer;
  readonly part: number;
  /** `strict`: an admission is given out when it is durable; `overlapped`: when it is decided. */
  readonly durability: 'strict' | 'overlapped';
  readonly logger: Logger;
}): RemoteQuota {
  const { bus, peer, part, durability, logger } = options;
  const { calls, close } = createGrpcClient(QuotaService, peer);
  const subject = quotaAdmit(part);
  const notices = listenForNotices(bus, part, logger);

  return {
    admit(request) {
      const early = Promise.withResolvers<AdmitResponse>();
      const askedAtMs = performance.now();
      const noticeTo = notices.listener();
      let isEarly = false;
      const asked = askAdmission({
        bus,
        subject,
        request,
        noticeTo,
        onEarly(response) {
          isEarly = true;
          early.resolve(response);
        },
        isUnderWay: () => isEarly && durability === 'overlapped',
        onSilence() {
          if (isEarly && noticeTo !== undefined) notices.missed(askedAtMs);
        },
      });
      return Promise.race([asked.answer, early.promise.then((decided) => givenOut(decided, asked))]);
    },
    async balances(userIds) {
      const { balances } = await calls.getBalances({ userIds: [...userIds] });
      return balances;
    },
    close,
  };

  /** What is given out of a decision that is on its way into the log. */
  function givenOut(
    decided: AdmitResponse,
    { answer, forget }: ReturnType<typeof askAdmission>,
  ): AdmitResponse | Promise<AdmitResponse> {
    const { result, term = 0 } = decided;
    if (result.kind === 'refused') return answer;
    // Of the term it was decided in: another leader may have decided otherwise, and written that.
    const notice = notices.expect(noticeOf(result.eventId, term));
    answer.then(notice.forget, notice.forget);
    const told = notice.told.then(() => {
      notice.forget();
      forget();
    });
    if (durability === 'strict') return Promise.race([told.then(() => decided), answer]);
    const durable = Promise.race([told, answer.then((response) => assertSame(result, response))]);
    // Whoever delivers the answer waits for it; until then its failure is nobody's unhandled one.
    durable.catch(() => undefined);
    return { ...decided, result: { ...result, durable } };
  }
}

function assertSame(placed: Admission, { result }: AdmitResponse): void {
  if (result.kind === 'refused') throw new Fault(result.refusal);
  if (isSameAdmission(placed, result)) return;
  const message = 'The request was admitted on other terms meanwhile; send it again.';
  throw new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 });
}
