import type { Payer } from '#contracts/admin-needs.ts';
import type { GatewayEvent } from '#contracts/events.ts';
import { payerToEvent } from '#contracts/payer.ts';
import type { AdmitRequest, LimitWindow, PricedCandidate } from '#contracts/quota.ts';
import type { Refusal } from '#errors/error-table.ts';
import { TOKENS_MAX } from '#money/cost-bound.ts';
import type { Price } from '#money/price.ts';
import { fits, type LimitInForce, reservationOn } from '../limit/limit-in-force.ts';
import { type Reservation, reservationToEvent } from '../limit/reservation.ts';
import type { AdmissionRules } from './admission-rules.ts';
import type { Caller } from './caller.ts';
import { fitRequest } from './fit-request.ts';
import type { Funds } from './funds.ts';
import { tightestWindows } from './limit-windows.ts';
import { amountFor, type Needs, needsOf } from './needs.ts';
import { type OpenBounds, openBounds } from './open-output-bound.ts';
import { type InTheWay, notPriced, providersExhausted, type Refusing, uncountable } from './refusals.ts';
import type { CostedRequest } from './request-cost.ts';

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
  readonly limitsOf: (provider: string) => readonly LimitInForce[];
}

/** Accepted: this event, once durable, is the admission. */
export interface PlacedHold {
  readonly kind: 'accepted';
  readonly event: GatewayEvent<'RequestAdmitted'>;
  readonly candidates: readonly PricedCandidate[];
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

  const priced = pricedCandidates(request, state.priceOf);
  if (priced.length === 0) return refusedWith(notPriced(request.model));
  const asked: Asked = { request, caller, rules };
  const { open, barred } = openCandidates(asked, priced, state.limitsOf);
  if (open.length === 0) return { ...providersExhausted(barred, nowMs), windows: tightestWindows(state.limits, nowMs) };

  const answer = answerOf(asked, open);
  const ofProviders = limitsOfProviders(open, state.limitsOf);
  const { limits, funds } = state;
  const fitted = fitRequest({ ...answer, limits, ofProviders, funds, nowMs });
  if (fitted.kind === 'refused') return { ...fitted, windows: tightestWindows(limits, nowMs) };

  const { needs } = fitted;
  const reservations = reserveAll([...limits, ...ofProviders], needs);
  const candidates = open.map(({ candidate }) => candidate);
  return {
    kind: 'accepted',
    event: admittedEvent(command, { candidates, asked, needs, reservations }),
    candidates,
    payer: caller.payer,
    holdNanoUsd: needs.costBoundNanoUsd,
    reservations,
    outputTokensMax: needs.outputTokensPerChoice,
    outputTokensBound: needs.outputTokensBound,
    windows: tightestWindows(limits, nowMs, needs),
  };
}

interface Asked {
  readonly request: AdmitRequest;
  readonly caller: Caller;
  readonly rules: AdmissionRules;
}

interface PricedOne {
  readonly candidate: PricedCandidate;
  readonly price: Price;
}

/** What a request can cost at these candidates, and how long its answer may become. */
interface Answer {
  readonly cost: CostedRequest;
  /** Undefined: the client named the bound. */
  readonly open: OpenBounds | undefined;
  /** What it needs at least. */
  readonly least: Needs;
  /** Output tokens that it is likely to have. */
  readonly outputTokensEstimate: number;
}

function answerOf({ request, caller, rules }: Asked, candidates: readonly PricedOne[]): Answer {
  const { promptTokensBound, choices, outputTokensRequested } = request;
  const { multiplierBasisPoints, outputTokensDefault, outputTokensUsual } = caller;
  const prices = candidates.map(({ price }) => price);
  const cost = { prices, promptTokensBound, choices, multiplierBasisPoints };
  if (outputTokensRequested > 0) {
    const outputTokensEstimate = outputTokensRequested * choices;
    const least = needsOf(cost, outputTokensRequested, outputTokensEstimate);
    return { cost, open: undefined, least, outputTokensEstimate };
  }
  const { outputTokensFloor } = rules;
  const open = openBounds(prices, promptTokensBound, { outputTokensDefault, outputTokensFloor });
  const outputTokensEstimate = Math.min(outputTokensUsual, open.most * choices);
  return { cost, open, least: needsOf(cost, open.fewest, outputTokensEstimate), outputTokensEstimate };
}

/** The candidates whose providers' limits let the request through, and the limits that bar the others. */
function openCandidates(
  asked: Asked,
  priced: readonly PricedOne[],
  limitsOf: AdmissionState['limitsOf'],
): { readonly open: readonly PricedOne[]; readonly barred: readonly InTheWay[] } {
  const barred: InTheWay[] = [];
  if (priced.every(({ candidate }) => limitsOf(candidate.provider).length === 0)) return { open: priced, barred };
  const open = priced.filter((one) => {
    const { least } = answerOf(asked, [one]);
    const inTheWay = limitsOf(one.candidate.provider)
      .map((standing) => ({ standing, amount: amountFor(standing, least) }))
      .find(({ standing, amount }) => !fits(standing, amount));
    if (inTheWay !== undefined) barred.push(inTheWay);
    return inTheWay === undefined;
  });
  return { open, barred };
}

function limitsOfProviders(
  candidates: readonly PricedOne[],
  limitsOf: AdmissionState['limitsOf'],
): readonly LimitInForce[] {
  return [...new Set(candidates.map(({ candidate }) => candidate.provider))].flatMap((provider) => limitsOf(provider));
}

function reserveAll(limits: readonly LimitInForce[], needs: Needs): readonly Reservation[] {
  return limits.flatMap((standing) => reservationOn(standing, amountFor(standing, needs)) ?? []);
}

/** What the log's counts (uint32) cannot hold. A count of no choices would make a hold of nothing. */
function countFault({ promptTokensBound, outputTokensRequested, choices }: AdmitRequest): Refusal | undefined {
  if (!isCount(promptTokensBound)) return uncountable('The prompt', 'messages');
  if (!isCount(choices) || choices === 0) return uncountable('n', 'n');
  if (!isCount(outputTokensRequested * choices)) return uncountable('max_tokens times n', 'max_tokens');
  return undefined;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= TOKENS_MAX;
}

function refusedWith(refusal: Refusal): Refused {
  return { kind: 'refused', refusal, isHeldUp: false, windows: [] };
}

/** The candidates that have a price, each pinned to its version: what has no price is never called. */
function pricedCandidates(request: AdmitRequest, priceOf: AdmissionState['priceOf']): PricedOne[] {
  const priced: PricedOne[] = [];
  for (const { provider, model, priceKey } of request.candidates) {
    const price = priceOf(priceKey);
    if (price === undefined) continue;
    priced.push({ candidate: { provider, model, priceKey, priceVersion: price.version }, price });
  }
  return priced;
}

function admittedEvent(
  { request, nowMs }: PlaceHold,
  decided: {
    readonly candidates: PricedCandidate[];
    readonly asked: Asked;
    readonly needs: Needs;
    readonly reservations: readonly Reservation[];
  },
): GatewayEvent<'RequestAdmitted'> {
  const { candidates, asked, needs, reservations } = decided;
  const { caller, rules } = asked;
  return {
    type: 'RequestAdmitted',
    data: {
      requestId: request.requestId,
      userId: request.userId,
      keyId: request.keyId,
      model: request.model,
      stream: request.stream,
      candidates,
      multiplierBasisPoints: caller.multiplierBasisPoints,
      holdNanoUsd: String(needs.costBoundNanoUsd),
      promptTokensBound: needs.inputTokensBound,
      outputTokensBound: needs.outputTokensBound,
      admittedAtMs: String(nowMs),
      expiresAtMs: String(nowMs + rules.holdTtlMs),
      ...payerToEvent(caller.payer),
      reservations: reservations.map(reservationToEvent),
    },
  };
}
