import type { Payer } from '#contracts/admin-needs.ts';
import { candidateToEvent } from '#contracts/candidate.ts';
import type { GatewayEvent } from '#contracts/events.ts';
import { payerToEvent } from '#contracts/payer.ts';
import type { AdmitRequest, LimitWindow, PricedCandidate } from '#contracts/quota.ts';
import type { LeftOut } from '#contracts/routing.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { Price } from '#money/price.ts';
import { usageToEvent } from '#money/quantities.ts';
import { type LimitInForce, reservationOn } from '../limit/limit-in-force.ts';
import { type Reservation, reservationToEvent } from '../limit/reservation.ts';
import type { AdmissionRules } from './admission-rules.ts';
import { type Asked, answerOf } from './asked.ts';
import type { Caller } from './caller.ts';
import { countFault } from './count-fault.ts';
import { fewEnough } from './few-enough.ts';
import { fitRequest } from './fit-request.ts';
import type { Funds } from './funds.ts';
import { allLeftOut, leftOutOf } from './left-out.ts';
import { likelyUseOf, withLikelyCosts } from './likely-cost.ts';
import { tightestWindows } from './limit-windows.ts';
import { amountFor, type Needs, needsOf } from './needs.ts';
import { pricedCandidates, pricedShadow } from './priced-candidates.ts';
import { type LimitsOf, openCandidates, type ProviderLimits } from './provider-limits.ts';
import { featureNotPriced, notPriced, providersExhausted, type Refusing } from './refusals.ts';
import { withoutUnaskedCost } from './unasked-cost.ts';

/** A multiplier of 1. */
const ONE_BASIS_POINTS = 10_000;

/** Place a hold for this request, now. */
export interface PlaceHold {
  readonly request: AdmitRequest;
  readonly nowMs: number;
}

/** What the decision rests on: policy, the log's fold, and the admissions decided but not yet folded. */
export interface AdmissionState {
  /** Who asks, or why not. */
  readonly caller: Caller | { readonly refusal: Refusal };
  readonly funds: Funds;
  readonly priceOf: (priceKey: string) => Price | undefined;
  /** What the request counts against wherever it ends up. */
  readonly limits: readonly LimitInForce[];
  /** What it counts against where a provider answers. */
  readonly limitsOf: LimitsOf;
}

/** Accepted: this event, once durable, is the admission. */
export interface PlacedHold {
  readonly kind: 'accepted';
  readonly event: GatewayEvent<'RequestAdmitted'>;
  readonly candidates: readonly PricedCandidate[];
  /** The target of a copy; the hold does not cover it. */
  readonly shadow: PricedCandidate | undefined;
  readonly payer: Payer;
  readonly holdNanoUsd: bigint;
  readonly reservations: readonly Reservation[];
  readonly outputTokensMax: number;
  readonly outputTokensBound: number;
  readonly windows: readonly LimitWindow[];
}

export interface Refused extends Refusing {
  readonly windows: readonly LimitWindow[];
}

export type AdmissionDecision = PlacedHold | Refused;

/** Admits or refuses, in this order: the caller, the counts, the prices, the limits, the balance. All is set aside, or nothing. */
export function decideAdmission(command: PlaceHold, state: AdmissionState, rules: AdmissionRules): AdmissionDecision {
  const { request, nowMs } = command;
  const { caller } = state;
  if ('refusal' in caller) return refusedWith(caller.refusal);
  const fault = countFault(request);
  if (fault !== undefined) return refusedWith(fault);

  const { priced, unpriced, first, leftOut: withoutPrice } = pricedCandidates(request, state.priceOf);
  const asked: Asked = { request, caller, rules };
  const { kept: wanted, paid } = withoutUnaskedCost(asked, priced, first);
  const { kept, beyond } = fewEnough(wanted);
  if (kept.length === 0) {
    return refusedWith(unpriced === undefined ? notPriced(request.model) : featureNotPriced(request.model, unpriced));
  }
  const { open, ofProviders, barred, leftOut: atLimits } = openCandidates(asked, kept, state.limitsOf);
  if (open.length === 0) return { ...providersExhausted(barred, nowMs), windows: tightestWindows(state.limits, nowMs) };

  const answer = answerOf(asked, open);
  const { limits, funds } = state;
  const fitted = fitRequest({ ...answer, limits, ofProviders, funds, nowMs });
  if (fitted.kind === 'refused') return { ...fitted, windows: tightestWindows(limits, nowMs) };

  const { needs } = fitted;
  const reservations = reserveAll(limits, ofProviders, needs);
  const { shadow: copied, leftOut: unpricedShadow } = pricedShadow(request, state.priceOf);
  const use = likelyUseOf(request, Math.min(caller.outputTokensUsual, needs.outputTokensBound));
  const candidates = withLikelyCosts(use, open, caller.multiplierBasisPoints);
  // The house pays the provider's own price.
  const [shadow] = copied === undefined ? [] : withLikelyCosts(use, [copied], ONE_BASIS_POINTS);
  const unasked = paid.map(({ candidate }) => leftOutOf(candidate, 'paid'));
  const tooMany = beyond.map(({ candidate }) => leftOutOf(candidate, 'too_many'));
  const leftOut = allLeftOut(request.routing?.leftOut ?? [], withoutPrice, unasked, atLimits, unpricedShadow, tooMany);
  return {
    kind: 'accepted',
    event: admittedEvent(command, { candidates, shadow, leftOut, asked, needs, reservations }),
    candidates,
    shadow,
    payer: caller.payer,
    holdNanoUsd: needs.costBoundNanoUsd,
    reservations,
    outputTokensMax: needs.outputTokensPerChoice,
    outputTokensBound: needs.outputTokensBound,
    windows: tightestWindows(limits, nowMs, needs),
  };
}

/** What is set aside on every limit; on a provider's what the request can use there. */
function reserveAll(
  limits: readonly LimitInForce[],
  ofProviders: readonly ProviderLimits[],
  needs: Needs,
): readonly Reservation[] {
  const reservations: Reservation[] = [];
  const reserve = (standing: LimitInForce, needed: Needs): void => {
    const reservation = reservationOn(standing, amountFor(standing, needed));
    if (reservation !== undefined) reservations.push(reservation);
  };
  for (const standing of limits) reserve(standing, needs);
  for (const { cost, limits: own } of ofProviders) {
    const needed = needsOf(cost, needs.outputTokensPerChoice, needs);
    for (const standing of own) reserve(standing, needed);
  }
  return reservations;
}

function refusedWith(refusal: Refusal): Refused {
  return { kind: 'refused', refusal, isHeldUp: false, windows: [] };
}

function admittedEvent(
  { request, nowMs }: PlaceHold,
  decided: {
    readonly candidates: readonly PricedCandidate[];
    readonly shadow: PricedCandidate | undefined;
    readonly leftOut: readonly LeftOut[];
    readonly asked: Asked;
    readonly needs: Needs;
    readonly reservations: readonly Reservation[];
  },
): GatewayEvent<'RequestAdmitted'> {
  const { candidates, shadow, leftOut, asked, needs, reservations } = decided;
  const { caller, rules } = asked;
  return {
    type: 'RequestAdmitted',
    data: {
      requestId: request.requestId,
      userId: request.userId,
      keyId: request.keyId,
      model: request.model,
      stream: request.stream,
      candidates: candidates.map(candidateToEvent),
      multiplierBasisPoints: caller.multiplierBasisPoints,
      holdNanoUsd: String(needs.costBoundNanoUsd),
      promptTokensBound: needs.inputTokensBound,
      outputTokensBound: needs.outputTokensBound,
      admittedAtMs: String(nowMs),
      expiresAtMs: String(nowMs + rules.holdTtlMs + (request.extraTimeMs ?? 0)),
      ...payerToEvent(caller.payer),
      reservations: reservations.map(reservationToEvent),
      operation: request.operation,
      format: request.format,
      otherUnits: [...request.otherUnits],
      counts: usageToEvent(request.counts),
      serviceTier: request.serviceTier,
      attribution: {
        tags: [...request.attribution.tags],
        metadata: { ...request.attribution.metadata },
        sessionId: request.attribution.sessionId,
        agentId: request.attribution.agentId,
      },
      routeId: request.routing?.routeId ?? '',
      strategy: request.routing?.strategy ?? '',
      strategySource: request.routing?.strategySource ?? '',
      leftOut: leftOut.map(({ provider, model, reason }) => ({ provider, model, reason })),
      shadows: shadow === undefined ? [] : [candidateToEvent(shadow)],
    },
  };
}
