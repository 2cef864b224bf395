import type { AdmitRequest, AdmitResponse, QuotaPort } from '#contracts/quota.ts';
import { requestEventId } from '#contracts/request-event-id.ts';
import { streams } from '#contracts/streams.ts';
import type { ErrorCode } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendResult, Journal, NewEvent } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import type { QuotaConfig } from '../config.ts';
import type { AdmissionRules } from '../domain/admission/admission-rules.ts';
import {
  type AdmissionDecision,
  type AdmissionState,
  decideAdmission,
  type PlacedHold,
} from '../domain/admission/decide-admission.ts';
import { alreadyAdmitted } from '../domain/admission/refusals.ts';
import type { LiveBooks } from '../live/live-books.ts';
import type { PendingAdmissions } from '../live/pending-admissions.ts';

/** Refusals that an event not folded yet may turn into an admission: a credit, a charge, a new user, a price. */
const refusalsToDoubt: ReadonlySet<ErrorCode> = new Set([
  'insufficient_balance',
  'invalid_api_key',
  'model_not_priced',
] satisfies ErrorCode[]);

/** Decides at once, from memory, and answers when the admission is durable, or before, as operator or asker chose. */
export function createAdmit(dependencies: {
  readonly journal: Pick<Journal, 'append'>;
  readonly live: LiveBooks;
  readonly pending: PendingAdmissions;
  /** The part of what is pending of which nobody knows whether the log will hold it. */
  readonly unresolved: Pick<PendingAdmissions, 'nanoUsdOf' | 'requestsOf'>;
  readonly rules: AdmissionRules;
  readonly maxPending: number;
  readonly durability: QuotaConfig['durability'];
  readonly clock: Clock;
  /** Throws a `Fault` where the service cannot decide now. */
  readonly assertServing: () => void;
  /** Resolves when what the log holds by now is folded; false: it was already. */
  readonly catchUp: () => Promise<boolean>;
  /** The append failed, and nothing is known of its fate. `mayRun`: somebody may have been told that it is durable. */
  readonly abandon: (requestId: string, mayRun: boolean) => void;
}): QuotaPort['admit'] {
  const { journal, live, pending, unresolved, rules, maxPending, durability, clock, assertServing, catchUp, abandon } =
    dependencies;

  function decide(request: AdmitRequest): AdmissionDecision {
    assertServing();
    // An id that is admitted already would be a second run of the request on one hold.
    if (pending.find(request.requestId) !== undefined || live.holds.has(request.requestId)) {
      return { kind: 'refused', refusal: alreadyAdmitted, window: null };
    }
    const { userId } = request;
    const state: AdmissionState = {
      account: live.accounts.get(userId),
      pendingNanoUsd: pending.nanoUsdOf(userId),
      pendingRequests: (windowStartMs) => pending.requestsOf(userId, windowStartMs),
      priceOf: (priceKey) => live.prices.get(priceKey),
    };
    const command = { request, nowMs: clock() };
    const decision = decideAdmission(command, state, rules);
    if (decision.kind === 'accepted' || unresolved.nanoUsdOf(userId) === 0n) return decision;
    // After a failure of the log a balance, or a window, may look used up by requests that were never admitted.
    const atBest: AdmissionState = {
      ...state,
      pendingNanoUsd: state.pendingNanoUsd - unresolved.nanoUsdOf(userId),
      pendingRequests: (startMs) => state.pendingRequests(startMs) - unresolved.requestsOf(userId, startMs),
    };
    if (decideAdmission(command, atBest, rules).kind === 'refused') return decision;
    throw unavailable('Earlier requests could not be written, and whether they count is not known yet.');
  }

  async function place(request: AdmitRequest, decision: PlacedHold): Promise<AdmitResponse> {
    const { requestId, userId, noticeTo } = request;
    if (pending.size() >= maxPending) throw unavailable('Too many requests wait to be admitted.');
    const { holdNanoUsd, windowStartMs, window } = decision;
    pending.add({ requestId, userId, holdNanoUsd, windowStartMs });
    const eventId = requestEventId(requestId, 'request-admitted');
    const written = write(request, { eventId, ...decision.event });
    const { candidates, outputTokensMax, outputTokensBound } = decision;
    const placed = { eventId, candidates, holdNanoUsd, outputTokensMax, outputTokensBound };
    if (durability === 'overlapped' || noticeTo !== undefined) {
      const durable = written.then((isNew) => {
        if (!isNew) throw new Fault(alreadyAdmitted);
      });
      // Whoever delivers the answer waits for it; until then its failure is nobody's unhandled one.
      durable.catch(() => undefined);
      return { result: { kind: 'admitted', durable, ...placed }, window };
    }
    if (!(await written)) return { result: { kind: 'refused', refusal: alreadyAdmitted }, window: null };
    return { result: { kind: 'admitted', durable: null, ...placed }, window };
  }

  /**
   * Resolves when the event is durable; false: the log has this request from an earlier call, and so nothing of this
   * one.
   */
  async function write({ requestId, traceparent, noticeTo }: AdmitRequest, event: NewEvent): Promise<boolean> {
    let result: AppendResult;
    try {
      const stream = streams.request(requestId);
      const events = [event];
      const correlationId = requestId;
      result = await journal.append({
        stream,
        expectedVersion: 0,
        events,
        correlationId,
        causationId: '',
        traceparent,
        noticeTo,
      });
    } catch (error) {
      if (error instanceof Fault && error.code === 'conflict') {
        pending.remove(requestId);
        return false;
      }
      abandon(requestId, noticeTo !== undefined);
      const fault = error instanceof Fault ? error : unavailable('The admission could not be written.', error);
      throw new WriteFault(fault.refusal, { cause: fault.cause });
    }
    if (result.kind === 'appended' && !result.isRepeat) return true;
    pending.remove(requestId);
    return false;
  }

  return async (request) => {
    let decision = decide(request);
    if (decision.kind === 'refused' && refusalsToDoubt.has(decision.refusal.code) && (await catchUp())) {
      decision = decide(request);
    }
    if (decision.kind === 'accepted') return place(request, decision);
    return { result: { kind: 'refused', refusal: decision.refusal }, window: decision.window };
  };
}

/** An admission was decided, and its append failed: the log may come to hold it all the same. */
export class WriteFault extends Fault {}

export function unavailable(message: string, cause?: unknown): Fault {
  return new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 }, { cause });
}
