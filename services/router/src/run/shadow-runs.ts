import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { PricedCandidate } from '#contracts/quota.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import { plainPlan } from '#contracts/routing.ts';
import type { Journal } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import type { RouterLimits } from '../config.ts';
import type { Deployment } from '../fleet/deployment.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { prepareCall } from './prepare-call.ts';
import { sealedThoughtsOf } from './sealed-thoughts.ts';
import { callShadow, notSent, type ShadowResult, type StopReason } from './shadow-call.ts';
import { recordShadow, shadowAppend } from './shadow-record.ts';
import type { AnswerGiven, ShadowStart } from './shadow-start.ts';

/** `gateway_shadows_total`. */
export interface ShadowCounter {
  inc(labels: { readonly provider: string; readonly outcome: string }): void;
}

/** Copies of requests to shadow targets. They begin when the client's request is over, and never touch it. */
export interface ShadowRuns extends ShadowStart {
  /** Takes no more. Those that still run when `late` aborts are broken off, and recorded as far as they came. */
  close(late: AbortSignal): Promise<void>;
}

interface ShadowParts {
  readonly fleet: Pick<Fleet, 'choose' | 'isKeptAway' | 'enter'>;
  readonly journal: Pick<Journal, 'append'>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly limits: Pick<RouterLimits, 'shadowsMax' | 'shadowBodiesMaxBytes' | 'shadowTimeoutMs' | 'shadowRecordMaxMs'>;
  readonly counter?: ShadowCounter | undefined;
}

/** A copy waits for no place: others need it more. */
const NO_WAIT = AbortSignal.abort();

export function createShadowRuns(parts: ShadowParts): ShadowRuns {
  const { logger, clock, limits, counter } = parts;
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();
  let isClosing = false;
  let bodyBytes = 0;

  const count = (provider: string, outcome: string): void => counter?.inc({ provider, outcome });
  const hasRoom = (bytes: number): boolean =>
    !isClosing && underWay.size < limits.shadowsMax && bodyBytes + bytes <= limits.shadowBodiesMaxBytes;

  async function copy(request: CompleteRequest, target: PricedCandidate, answer: AnswerGiven): Promise<void> {
    // The client's last bytes go out first.
    await nextTurn();
    const called = await call(parts, request, target, closing.signal);
    if (called === null) return count(target.provider, 'skipped');
    const { result, account } = called;
    const append = shadowAppend(request, { candidate: target, account }, answer, result, clock());
    const isRecorded = await recordShadow(append, {
      ...parts,
      maxMs: limits.shadowRecordMaxMs,
      isClosing: closing.signal,
    });
    count(target.provider, isRecorded ? outcomeNames[result.outcome] : 'lost');
  }

  return {
    begin(request, answer) {
      const target = request.plan?.shadow;
      // A client that left has no whole answer to compare with.
      if (target === undefined || answer.outcome === 'OUTCOME_CLIENT_GONE') return;
      const bytes = request.body.length;
      if (!hasRoom(bytes)) return count(target.provider, 'skipped');
      bodyBytes += bytes;
      const work: Promise<void> = copy(request, target, answer)
        .catch((thrown: unknown) => {
          logger.error(
            { requestId: request.requestId, err: thrown },
            'a copy of a request failed in the gateway itself',
          );
          count(target.provider, 'lost');
        })
        .finally(() => {
          bodyBytes -= bytes;
          underWay.delete(work);
        });
      underWay.add(work);
    },
    async close(late) {
      isClosing = true;
      const breakOff = (): void => closing.abort('closing' satisfies StopReason);
      if (late.aborted) breakOff();
      late.addEventListener('abort', breakOff, { once: true });
      await Promise.all(underWay);
      late.removeEventListener('abort', breakOff);
    },
  };
}

const outcomeNames = {
  OUTCOME_COMPLETED: 'completed',
  OUTCOME_CUT: 'cut',
  OUTCOME_FAILED: 'failed',
} as const satisfies Record<ShadowResult['outcome'], string>;

/** null: nothing was sent, since the target takes no calls now. */
async function call(
  { fleet, clock, limits }: ShadowParts,
  request: CompleteRequest,
  target: PricedCandidate,
  closing: AbortSignal,
): Promise<{ readonly result: ShadowResult; readonly account: string } | null> {
  const { requestId, userId } = request;
  const deployment = fleet.choose([target], { ...plainPlan, priority: 'low' }, requestId)[0]?.deployment;
  if (!isOpen(deployment) || fleet.isKeptAway(deployment)) return null;
  const { account } = deployment;
  const prepared = prepareCall(sealedThoughtsOf(request).askedAt(deployment), deployment.open.config, target.model);
  if (prepared.kind === 'refused') return { result: notSent(prepared.refusal.code), account };
  const watch = await fleet.enter(deployment, { userId, priority: 'low', signal: NO_WAIT });
  if (watch === null) return null;
  const ownTime = new AbortController();
  const timer = setTimeout(() => ownTime.abort('timeout' satisfies StopReason), limits.shadowTimeoutMs);
  try {
    const stop = AbortSignal.any([ownTime.signal, closing]);
    return { result: await callShadow(request, prepared, watch, { stop, clock }), account };
  } finally {
    clearTimeout(timer);
  }
}

function isOpen(
  deployment: Deployment | undefined,
): deployment is Deployment & { open: NonNullable<Deployment['open']> } {
  return deployment !== undefined && deployment.open !== null;
}
