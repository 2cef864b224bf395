import type { AdmitRequest, AdmitResponse, QuotaPort } from '#contracts/quota.ts';
import { requestEventId } from '#contracts/request-event-id.ts';
import type { ErrorCode, Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import type { QuotaConfig } from '../config.ts';
import type { AdmissionDecision, PlacedHold } from '../domain/admission/decide-admission.ts';
import { alreadyAdmitted } from '../domain/admission/refusals.ts';
import type { Outcomes } from '../memory/outcomes.ts';
import type { PendingAdmissions } from '../memory/pending-admissions.ts';
import type { AdmissionWriter } from './admission-writer.ts';
import type { Deciding } from './decide-now.ts';
import { unavailable } from './unavailable.ts';

/** Refusals that an event not folded yet may turn into an admission: a credit, a new user, a price. */
const refusalsToDoubt: ReadonlySet<ErrorCode> = new Set([
  'insufficient_balance',
  'invalid_api_key',
  'key_not_allowed',
  'model_not_priced',
] satisfies ErrorCode[]);

export interface AdmitParts {
  readonly deciding: Deciding;
  readonly pending: PendingAdmissions;
  readonly writer: Pick<AdmissionWriter, 'write' | 'giveUp' | 'isAway' | 'probe'>;
  /** Told as what is set aside comes back. */
  readonly outcomes: Pick<Outcomes, 'next'>;
  /** `askedForMs`: how long an admission is waited for; one that is durable later is given up. */
  readonly config: Pick<QuotaConfig, 'maxPending' | 'askedForMs' | 'durability' | 'chargeWaitMs'>;
  /** Resolves when what the log holds by now is folded; false: it was already. */
  readonly catchUp: () => Promise<boolean>;
}

/** Decides at once, from memory, and answers when the admission is durable, or with a promise of it, as the operator chose. */
export function createAdmit(parts: AdmitParts): QuotaPort['admit'] {
  const { writer, config } = parts;
  return async (request) => {
    const { requestId } = request;
    let isGivenUp = false;
    const timer = setTimeout(() => {
      isGivenUp = true;
      writer.giveUp(requestId);
    }, config.askedForMs);
    const settled = (): void => clearTimeout(timer);
    try {
      const response = await decideAndPlace(parts, request);
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

async function decideAndPlace(parts: AdmitParts, request: AdmitRequest): Promise<AdmitResponse> {
  const { writer, deciding } = parts;
  // Its answer shows whether the log is back.
  if (writer.isAway()) await writer.probe();
  let decision = deciding.decide(request);
  if (isDoubtful(decision) && (await parts.catchUp())) decision = deciding.decide(request);
  if (isHeldUp(decision)) decision = await afterCharges(parts, request, decision);
  if (decision.kind === 'accepted') return place(parts, request, decision);
  return { result: { kind: 'refused', refusal: decision.refusal }, windows: decision.windows };
}

/** A refusal that what the log holds by now may turn into an admission. */
function isDoubtful(decision: AdmissionDecision): boolean {
  if (decision.kind === 'accepted') return false;
  return decision.isHeldUp || refusalsToDoubt.has(decision.refusal.code);
}

function isHeldUp(decision: AdmissionDecision): boolean {
  return decision.kind === 'refused' && decision.isHeldUp;
}

/**
 * No refusal for what requests that have ended hold: their charges are on their way, and are waited for. A client that sends
 * one short request after another would be told that its balance is used up, by its own last request.
 */
async function afterCharges(
  { deciding, outcomes, config, pending }: AdmitParts,
  request: AdmitRequest,
  refused: AdmissionDecision,
): Promise<AdmissionDecision> {
  const untilMs = performance.now() + config.chargeWaitMs;
  let decision = refused;
  while (isHeldUp(decision) && deciding.isCuredByCharges(request) && pending.size() < config.maxPending) {
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) break;
    await outcomes.next(leftMs);
    decision = deciding.decide(request);
  }
  return decision;
}

async function place(
  { pending, writer, config }: AdmitParts,
  request: AdmitRequest,
  decision: PlacedHold,
): Promise<AdmitResponse> {
  const { requestId, traceparent } = request;
  if (pending.size() >= config.maxPending) throw unavailable('Too many requests wait to be admitted.');
  const { candidates, holdNanoUsd, payer, reservations, outputTokensMax, outputTokensBound, windows } = decision;
  pending.add({ requestId, payer, holdNanoUsd, reservations });
  const eventId = requestEventId(requestId, 'request-admitted');
  const event = { eventId, ...decision.event };
  const written = writer.write({ requestId, event, traceparent, isPatient: config.durability === 'strict' });
  const placed = { eventId, candidates, holdNanoUsd, outputTokensMax, outputTokensBound };
  if (config.durability === 'overlapped') {
    const durable = written.then((isDurable) => {
      if (!isDurable) throw new Fault(alreadyAdmitted);
    });
    // Whoever delivers the answer waits for it; until then its failure is nobody's unhandled one.
    durable.catch(() => undefined);
    return { result: { kind: 'admitted', durable, ...placed }, windows };
  }
  if (!(await written)) return refusedBy(alreadyAdmitted);
  return { result: { kind: 'admitted', durable: null, ...placed }, windows };
}

function refusedBy(refusal: Refusal): AdmitResponse {
  return { result: { kind: 'refused', refusal }, windows: [] };
}
