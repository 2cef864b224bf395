import type { AdmitRequest, AdmitResponse, QuotaPort } from '#contracts/quota.ts';
import { requestEventId } from '#contracts/request-event-id.ts';
import type { ErrorCode } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
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
import type { LiveBooks } from '../memory/live-books.ts';
import type { PendingAdmissions } from '../memory/pending-admissions.ts';
import type { AdmissionWriter } from './admission-writer.ts';
import { unavailable } from './unavailable.ts';

/** Refusals that an event not folded yet may turn into an admission: a credit, a charge, a new user, a price. */
const refusalsToDoubt: ReadonlySet<ErrorCode> = new Set([
  'insufficient_balance',
  'invalid_api_key',
  'model_not_priced',
] satisfies ErrorCode[]);

/** Decides at once, from memory, and answers when the admission is durable, or with a promise of it, as the operator chose. */
export function createAdmit(dependencies: {
  readonly live: LiveBooks;
  readonly pending: PendingAdmissions;
  readonly writer: Pick<AdmissionWriter, 'write' | 'giveUp' | 'isAway' | 'probe' | 'doubtful'>;
  readonly rules: AdmissionRules;
  readonly maxPending: number;
  /** How long an admission is waited for; one that is durable later is given up. */
  readonly askedForMs: number;
  readonly durability: QuotaConfig['durability'];
  readonly clock: Clock;
  /** Throws a `Fault` where the service cannot decide now. */
  readonly assertServing: () => void;
  /** Resolves when what the log holds by now is folded; false: it was already. */
  readonly catchUp: () => Promise<boolean>;
}): QuotaPort['admit'] {
  const { live, pending, writer, rules, maxPending, askedForMs, durability, clock, assertServing, catchUp } =
    dependencies;
  const { doubtful } = writer;

  function decide(request: AdmitRequest): AdmissionDecision {
    assertServing();
    // Each would wait in vain, and have its money set aside until long after.
    if (writer.isAway()) throw unavailable('The gateway cannot write its log now.');
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
    if (decision.kind === 'accepted' || doubtful.nanoUsdOf(userId) === 0n) return decision;
    // After a failure of the log a balance, or a window, may look used up by requests that were never admitted.
    const atBest: AdmissionState = {
      ...state,
      pendingNanoUsd: state.pendingNanoUsd - doubtful.nanoUsdOf(userId),
      pendingRequests: (startMs) => state.pendingRequests(startMs) - doubtful.requestsOf(userId, startMs),
    };
    if (decideAdmission(command, atBest, rules).kind === 'refused') return decision;
    throw unavailable('Earlier requests could not be written, and whether they count is not known yet.');
  }

  async function place(request: AdmitRequest, decision: PlacedHold): Promise<AdmitResponse> {
    const { requestId, userId, traceparent } = request;
    if (pending.size() >= maxPending) throw unavailable('Too many requests wait to be admitted.');
    const { candidates, holdNanoUsd, outputTokensMax, outputTokensBound, windowStartMs, window } = decision;
    pending.add({ requestId, userId, holdNanoUsd, windowStartMs });
    const eventId = requestEventId(requestId, 'request-admitted');
    const event = { eventId, ...decision.event };
    const written = writer.write({ requestId, event, traceparent, isPatient: durability === 'strict' });
    const placed = { eventId, candidates, holdNanoUsd, outputTokensMax, outputTokensBound };
    if (durability === 'overlapped') {
      const durable = written.then((isDurable) => {
        if (!isDurable) throw new Fault(alreadyAdmitted);
      });
      // Whoever delivers the answer waits for it; until then its failure is nobody's unhandled one.
      durable.catch(() => undefined);
      return { result: { kind: 'admitted', durable, ...placed }, window };
    }
    if (!(await written)) return { result: { kind: 'refused', refusal: alreadyAdmitted }, window: null };
    return { result: { kind: 'admitted', durable: null, ...placed }, window };
  }

  async function decideAndPlace(request: AdmitRequest): Promise<AdmitResponse> {
    // Its answer shows whether the log is back.
    if (writer.isAway()) await writer.probe();
    let decision = decide(request);
    if (decision.kind === 'refused' && refusalsToDoubt.has(decision.refusal.code) && (await catchUp())) {
      decision = decide(request);
    }
    if (decision.kind === 'accepted') return place(request, decision);
    return { result: { kind: 'refused', refusal: decision.refusal }, window: decision.window };
  }

  return async (request) => {
    const { requestId } = request;
    let isGivenUp = false;
    const timer = setTimeout(() => {
      isGivenUp = true;
      writer.giveUp(requestId);
    }, askedForMs);
    const settled = (): void => clearTimeout(timer);
    try {
      const response = await decideAndPlace(request);
      const { result } = response;
      if (result.kind === 'refused' || result.durable === null) settled();
      else result.durable.then(settled, settled);
      if (result.kind === 'refused' || !isGivenUp) return response;
    } catch (thrown) {
      settled();
      throw thrown;
    }
    // The time was over before it was decided.
    writer.giveUp(requestId);
    throw unavailable('The admission came too late.');
  };
}
