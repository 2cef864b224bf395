import type { FrontFormatName } from '#ai/format.ts';
import type { Operation } from '#ai/operation.ts';
import type { Unit } from '#ai/units.ts';
import type { Usage } from '#ai/usage.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { LeftOut, ModelCandidate, PricedCandidate, Strategy, StrategySource } from './routing.ts';

export type { ModelCandidate, PricedCandidate };

/**
 * How long an ingress asks quota for one admission over the bus, with all its tries: a takeover of quota, or of the log
 * behind it, takes some three seconds, and a client is to have its answer within five. Quota takes an admission that is
 * durable later for one that nobody waits for.
 */
export const ASKED_FOR_MS = 4_500;

/** Whom or what a request is for, in the client's own words. */
export interface Attribution {
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly sessionId: string;
  readonly agentId: string;
}

/** The most tags that a request may name of its own: each may be the subject of limits. */
export const REQUEST_TAGS_MAX = 20;

export const noAttribution: Attribution = { tags: [], metadata: {}, sessionId: '', agentId: '' };

/** gateway.quota.v1.AdmitRequest. */
export interface AdmitRequest {
  readonly requestId: string;
  readonly userId: string;
  readonly keyId: string;
  /** The team that the caller's token names (see `Identity.teamId`); absent, empty: none is named. */
  readonly teamId?: string | undefined;
  /** The model as the client named it. */
  readonly model: string;
  readonly stream: boolean;
  readonly candidates: readonly ModelCandidate[];
  /** No provider can count more prompt tokens than this. */
  readonly promptTokensBound: number;
  /** How many prompts a model may read for it, each as long as its context at most; absent: one. */
  readonly prompts?: number | undefined;
  /** What the prompt is likely to count, for limits that reserve an estimate. */
  readonly promptTokensEstimate: number;
  /** The client's own bound for one choice; 0: left open. */
  readonly outputTokensRequested: number;
  /** The model's own bound for one choice where the client's is left open; absent, 0: the setting's. */
  readonly outputTokensDefault?: number | undefined;
  /** How many choices were asked for, at least 1. */
  readonly choices: number;
  readonly operation: Operation;
  readonly format: FrontFormatName;
  /** Units beside those of text that the request may use; each must have a price at a candidate. */
  readonly otherUnits: readonly Unit[];
  /** The most of units that are counted one by one. */
  readonly counts: Usage;
  /** The tier of service that was asked for; empty: the provider's choice. */
  readonly serviceTier: string;
  readonly attribution: Attribution;
  /** How it was routed, to be kept with the admission; absent: by no route, in the order of its candidates. */
  readonly routing?: AdmittedRouting | undefined;
  /** How much longer than other requests it may run: its hold lasts as much longer. Absent: not at all. */
  readonly extraTimeMs?: number | undefined;
  /** The step of a trace this belongs to, as W3C's `traceparent`; absent: it is not traced. */
  readonly traceparent?: string | undefined;
}

/** What an admission keeps of how a request is routed. */
export interface AdmittedRouting {
  readonly routeId: string;
  readonly strategy: Strategy;
  readonly strategySource: StrategySource;
  readonly leftOut: readonly LeftOut[];
  /** Gets a copy of the request. The hold does not cover it: the house pays. */
  readonly shadow?: ModelCandidate | undefined;
  /** A request whose first candidate costs nothing may go on to one that costs something. */
  readonly mayBecomePaid: boolean;
  /** The client itself has named the models of later stages that stand in for any failure: it knows what they cost. */
  readonly hasOwnFallbacks?: boolean | undefined;
}

/** A hold is placed. */
export interface Admission {
  readonly kind: 'admitted';
  /**
   * null: the admission is durable. Else it is on its way into the log: the provider may be called meanwhile, but no byte
   * of an answer may reach the client before this resolves; a rejection with a `Fault` means it was never admitted.
   */
  readonly durable: Promise<void> | null;
  readonly eventId: string;
  readonly candidates: readonly PricedCandidate[];
  /** The target of a copy, where it has a price. */
  readonly shadow?: PricedCandidate | undefined;
  readonly holdNanoUsd: bigint;
  /** The output bound of one choice, to be told to the provider where the client left it open. */
  readonly outputTokensMax: number;
  /** The output bound of all choices together. */
  readonly outputTokensBound: number;
  /** What the payer pays, in basis points of the provider's price. */
  readonly multiplierBasisPoints: number;
}

/** How the tightest limit of a unit stands after the decision, for the x-ratelimit headers. */
export interface LimitWindow {
  readonly unit: 'requests' | 'tokens';
  readonly limit: number;
  readonly remaining: number;
  /** Until the window starts anew. */
  readonly resetMs: number;
}

export interface AdmitResponse {
  readonly result: Admission | RefusedAdmission;
  /** One a unit at most; none where no limit counts it. */
  readonly windows: readonly LimitWindow[];
}

/** What a request would cost if it were asked now. Nothing is set aside for it, and neither money nor limits are looked at. */
export interface Quote {
  /** The first that has a price. */
  readonly candidate: PricedCandidate;
  /** What the payer pays, in basis points of the provider's price. */
  readonly multiplierBasisPoints: number;
  /** What an admission would set aside: the most that it can cost, wherever it ends up. */
  readonly boundNanoUsd: bigint;
  /** The output bound of all choices together. */
  readonly outputTokensBound: number;
  /** The likely use at the candidate's prices, before the multiplier. */
  readonly lines: readonly QuoteLine[];
  readonly estimateNanoUsd: bigint;
}

export interface QuoteLine {
  readonly unit: Unit;
  readonly quantity: number;
  /** Of one of the unit. */
  readonly pricePicoUsd: bigint;
}

export type QuoteResult = { readonly kind: 'quoted'; readonly quote: Quote } | RefusedAdmission;

interface RefusedAdmission {
  readonly kind: 'refused';
  readonly refusal: Refusal;
}

/** gateway.quota.v1.QuotaService. */
export interface QuotaPort {
  /**
   * Admits a request or refuses it. Rejects with a `Fault` (`unavailable`) where the log cannot be written. Whether an
   * admission is durable when this resolves is the operator's choice: see `Admission.durable`.
   */
  admit(request: AdmitRequest): Promise<AdmitResponse>;
  /** The cost of a request, before it is asked. Rejects with a `Fault` (`unavailable`) where nobody can say. */
  quote(request: AdmitRequest): Promise<QuoteResult>;
}
