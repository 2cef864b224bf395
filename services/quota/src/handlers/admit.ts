import type { AdmitRequest, AdmitResponse, QuotaPort } from '#contracts/quota.ts';
import { requestEventId } from '#contracts/request-event-id.ts';
import type { ErrorCode, Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import type { QuotaConfig } from '../config.ts';
import type { PlacedHold, Refused } from '../domain/admission/decide-admission.ts';
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
  'feature_not_priced',
] satisfies ErrorCode[]);

export interface AdmitParts {
  readonly deciding: Deciding;
  readonly pending: PendingAdmissions;
  readonly writer: Pick<AdmissionWriter, 'write' | 'giveUp' | 'isAway' | 'probe'>;
  /** Told as what is set aside comes back. */
  readonly outcomes: Pick<Outcomes, 'next' | 'hasRoom'>;
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
  const { writer } = parts;
  // Its answer shows whether the log is back.
  if (writer.isAway()) await writer.probe();
  let answer = tryNow(parts, request);
  if (isDoubtful(answer) && (await parts.catchUp())) answer = tryNow(parts, request);
  if (isHeldUp(answer)) answer = await afterCharges(parts, request, answer);
  if (answer.kind === 'placed') return answer.response;
  return { result: { kind: 'refused', refusal: answer.refusal }, windows: answer.windows };
}

/** What came of a try: it is placed, and answered later, or refused as things stand now. */
type Answer = { readonly kind: 'placed'; readonly response: Promise<AdmitResponse> } | Refused;

/**
 * Decides, and sets aside what the decision needs, in one turn: between the two no other request may decide, or both would be
 * given the same money.
 */
function tryNow(parts: AdmitParts, request: AdmitRequest): Answer {
  const decision = parts.deciding.decide(request);
  if (decision.kind === 'refused') return decision;
  return { kind: 'placed', response: place(parts, request, decision) };
}

/** A refusal that what the log holds by now may turn into an admission. */
function isDoubtful(answer: Answer): boolean {
  if (answer.kind === 'placed') return false;
  return answer.isHeldUp || refusalsToDoubt.has(answer.refusal.code);
}

function isHeldUp(answer: Answer): boolean {
  return answer.kind === 'refused' && answer.isHeldUp;
}

/**
 * No refusal for what requests that have ended hold: their charges are on their way, and are waited for. A client that sends
 * one short request after another would be told that its balance is used up, by its own last request.
 */
async function afterCharges(parts: AdmitParts, request: AdmitRequest, refused: Answer): Promise<Answer> {
  const { deciding, outcomes, config, pending } = parts;
  const untilMs = performance.now() + config.chargeWaitMs;
  let answer = refused;
  while (isHeldUp(answer) && outcomes.hasRoom() && pending.size() < config.maxPending) {
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0 || !deciding.isCuredByCharges(request)) break;
    await outcomes.next(leftMs);
    answer = tryNow(parts, request);
  }
  return answer;
}

/** What it sets aside is set aside when this returns. */
async function place(
  { pending, writer, config }: AdmitParts,
  request: AdmitRequest,
  decision: PlacedHold,
): Promise<AdmitResponse> {
  const { requestId, traceparent } = request;
  if (pending.size() >= config.maxPending) throw unavailable('Too many requests wait to be admitted.');
  const { candidates, shadow, holdNanoUsd, payer, reservations, outputTokensMax, outputTokensBound, windows } =
    decision;
  pending.add({ requestId, payer, holdNanoUsd, reservations });
  const eventId = requestEventId(requestId, 'request-admitted');
  const event = { eventId, ...decision.event };
  const written = writer.write({ requestId, event, traceparent, isPatient: config.durability === 'strict' });
  const { multiplierBasisPoints } = decision.event.data;
  const placed = {
    ...{ eventId, candidates, holdNanoUsd, outputTokensMax, outputTokensBound, multiplierBasisPoints },
    ...(shadow === undefined ? {} : { shadow }),
  };
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
