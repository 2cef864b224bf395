import type { GatewayEvent } from '#contracts/events.ts';
import type { AdmitRequest, PricedCandidate, RequestWindow } from '#contracts/quota.ts';
import type { Refusal } from '#errors/error-table.ts';
import { TOKENS_MAX } from '#money/cost-bound.ts';
import type { Price } from '#money/price.ts';
import { type Account, availableNanoUsd } from '../account/account.ts';
import { REQUEST_WINDOW_MS, requestCountAt } from '../account/request-window.ts';
import type { AdmissionRules } from './admission-rules.ts';
import { openOutputBound, openOutputFloor } from './open-output-bound.ts';
import { balanceTooLow, notPriced, uncountable, unknownUser, windowUsedUp } from './refusals.ts';
import { type CostedRequest, promptTokensBoundAt, worstCostNanoUsd } from './request-cost.ts';

/** Place a hold for this request, now. */
export interface PlaceHold {
  readonly request: AdmitRequest;
  readonly nowMs: number;
}

/** What the decision rests on: the log's fold, and the admissions decided but not yet folded. */
export interface AdmissionState {
  readonly account: Account | undefined;
  readonly pendingNanoUsd: bigint;
  readonly pendingRequests: (windowStartMs: number) => number;
  readonly priceOf: (priceKey: string) => Price | undefined;
}

/** Accepted: this event, once durable, is the admission. */
export interface PlacedHold {
  readonly kind: 'accepted';
  readonly event: GatewayEvent<'RequestAdmitted'>;
  readonly candidates: readonly PricedCandidate[];
  readonly holdNanoUsd: bigint;
  readonly outputTokensMax: number;
  readonly outputTokensBound: number;
  /** The window the request was counted in. */
  readonly windowStartMs: number;
  readonly window: RequestWindow | null;
}

export type AdmissionDecision =
  | PlacedHold
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly window: RequestWindow | null };

/** Admits or refuses, in this order: the user, the prices, the request quota, the balance. */
export function decideAdmission(
  { request, nowMs }: PlaceHold,
  state: AdmissionState,
  rules: AdmissionRules,
): AdmissionDecision {
  const { account } = state;
  if (account === undefined) return { kind: 'refused', refusal: unknownUser, window: null };

  const count = requestCountAt(account.window, nowMs);
  const used = count.requests + state.pendingRequests(count.startMs);
  const limit = account.requestsPerMinute || rules.defaultRequestsPerMinute;
  const window = limit > 0 ? windowAfter(limit, used, count.startMs, nowMs) : null;
  const refused = (refusal: Refusal): AdmissionDecision => ({ kind: 'refused', refusal, window });

  const { candidates, prices } = pricedCandidates(request, state.priceOf);
  if (prices.length === 0) return refused(notPriced(request.model));
  if (window !== null && window.remaining === 0) return refused(windowUsedUp(window));

  const cost: CostedRequest = {
    prices,
    promptTokensBound: request.promptTokensBound,
    choices: request.choices,
    multiplierBasisPoints: account.multiplierBasisPoints || rules.multiplierBasisPoints,
  };
  const bound = boundRequest(request, cost, availableNanoUsd(account) - state.pendingNanoUsd, state, rules);
  if (bound.kind === 'refused') return refused(bound.refusal);

  return {
    ...bound,
    event: admittedEvent(request, { candidates, cost, bound, nowMs, rules }),
    candidates,
    windowStartMs: count.startMs,
    window: window && { ...window, remaining: window.remaining - 1 },
  };
}

type Bound =
  | {
      readonly kind: 'accepted';
      readonly holdNanoUsd: bigint;
      readonly outputTokensMax: number;
      readonly outputTokensBound: number;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** How long the answer may become, and what it may cost at most; or why that can't be paid. */
function boundRequest(
  request: AdmitRequest,
  cost: CostedRequest,
  available: bigint,
  state: AdmissionState,
  rules: AdmissionRules,
): Bound {
  const fault = countFault(request);
  if (fault !== undefined) return no(fault);
  const isOpen = request.outputTokensRequested === 0;
  const outputTokensMax = isOpen ? openOutputBound(cost, available, rules) : request.outputTokensRequested;
  const outputTokensBound = (outputTokensMax ?? 0) * request.choices;

  const holdNanoUsd = worstCostNanoUsd(cost, outputTokensMax ?? openOutputFloor(cost, rules));
  if (outputTokensMax === undefined || holdNanoUsd > available) {
    const heldNanoUsd = (state.account?.heldNanoUsd ?? 0n) + state.pendingNanoUsd;
    return no(balanceTooLow({ availableNanoUsd: available, neededNanoUsd: holdNanoUsd, heldNanoUsd, isOpen }));
  }
  return { kind: 'accepted', holdNanoUsd, outputTokensMax, outputTokensBound };
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

function no(refusal: Refusal): Bound {
  return { kind: 'refused', refusal };
}

/** The candidates that have a price, each pinned to its version: what has no price is never called. */
function pricedCandidates(
  request: AdmitRequest,
  priceOf: AdmissionState['priceOf'],
): { candidates: PricedCandidate[]; prices: Price[] } {
  const candidates: PricedCandidate[] = [];
  const prices: Price[] = [];
  for (const { provider, model, priceKey } of request.candidates) {
    const price = priceOf(priceKey);
    if (price === undefined) continue;
    candidates.push({ provider, model, priceKey, priceVersion: price.version });
    prices.push(price);
  }
  return { candidates, prices };
}

function windowAfter(limit: number, used: number, startMs: number, nowMs: number): RequestWindow {
  return { limit, remaining: Math.max(0, limit - used), resetMs: startMs + REQUEST_WINDOW_MS - nowMs };
}

function admittedEvent(
  request: AdmitRequest,
  decided: {
    readonly candidates: PricedCandidate[];
    readonly cost: CostedRequest;
    readonly bound: Extract<Bound, { kind: 'accepted' }>;
    readonly nowMs: number;
    readonly rules: AdmissionRules;
  },
): GatewayEvent<'RequestAdmitted'> {
  const { candidates, cost, bound, nowMs, rules } = decided;
  return {
    type: 'RequestAdmitted',
    data: {
      requestId: request.requestId,
      userId: request.userId,
      keyId: request.keyId,
      model: request.model,
      stream: request.stream,
      candidates,
      multiplierBasisPoints: cost.multiplierBasisPoints,
      holdNanoUsd: String(bound.holdNanoUsd),
      promptTokensBound: Math.max(...cost.prices.map((price) => promptTokensBoundAt(price, cost.promptTokensBound))),
      outputTokensBound: bound.outputTokensBound,
      admittedAtMs: String(nowMs),
      expiresAtMs: String(nowMs + rules.holdTtlMs),
      payerKind: '',
      payerId: '',
      reservations: [],
    },
  };
}
