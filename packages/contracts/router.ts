import type { FrontFormatName } from '#ai/format.ts';
import type { Operation } from '#ai/operation.ts';
import type { Usage } from '#ai/usage.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { ModelCandidate, PricedCandidate } from './quota.ts';
import type { Routing, RoutingPlan } from './routing.ts';

/** gateway.router.v1.CompleteRequest: an admitted request. */
export interface CompleteRequest {
  readonly requestId: string;
  readonly userId: string;
  readonly operation: Operation;
  /** The wire format of body and answer. */
  readonly format: FrontFormatName;
  /** Headers of the client that go with the format, for a provider that speaks it as well; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The client's body byte for byte, and the same parsed: it is parsed once only. */
  readonly body: Buffer;
  readonly parsedBody: Readonly<Record<string, unknown>>;
  readonly stream: boolean;
  /** In the order to be tried. */
  readonly candidates: readonly PricedCandidate[];
  readonly outputTokensMax: number;
  readonly promptTokensBound: number;
  readonly outputTokensBound: number;
  readonly admissionEventId: string;
  /** What has no place at a provider is left out and named in the head, instead of refused. */
  readonly dropsUnplaced: boolean;
  /** The client wants the cost in its usage. */
  readonly tellsCost: boolean;
  /** What the payer pays, in basis points of the provider's price; 0: an older ingress does not say. */
  readonly multiplierBasisPoints: number;
  /** The most of units that are counted one by one, as they were admitted; absent: none. */
  readonly counts?: Usage | undefined;
  /** Absent: in the order of the candidates. */
  readonly plan?: RoutingPlan | undefined;
  /**
   * Its client repeats an answer that breaks off, and pays for the one that comes whole: what a provider cuts is the house's. Absent: the
   * client pays for what it was passed.
   */
  readonly paysOnlyWhole?: boolean | undefined;
  /** How much longer than other requests it may run, as its hold was placed for. Absent: not at all. */
  readonly extraTimeMs?: number | undefined;
  /** The step of a trace this belongs to, as W3C's `traceparent`; absent: it is not traced. */
  readonly traceparent?: string | undefined;
}

/**
 * gateway.router.v1.CompleteResponse. In order: one `head`, any number of `data`, then `end`; or `failure` in place of
 * anything still to come. `end` and `failure` come after the usage is durable. The bytes that tell an SDK that the
 * answer is whole (the last piece of the JSON document; the stream's `data: [DONE]`) come after the usage is durable, too.
 * A short document comes in one piece, a long one in many, as it comes from the provider.
 */
export type CompleteFrame =
  | {
      readonly kind: 'head';
      readonly status: number;
      readonly contentType: string;
      readonly provider: string;
      readonly model: string;
      /** How many calls were made by then. */
      readonly attempts: number;
      /** The client's fields that had no place at the provider and were left out. */
      readonly dropped: readonly string[];
      /** Headers of the provider that are the client's to see. */
      readonly headers: Readonly<Record<string, string>>;
      /** What the answer costs, where its usage is known already. */
      readonly costNanoUsd?: bigint | undefined;
    }
  | { readonly kind: 'data'; readonly data: Buffer }
  | { readonly kind: 'end'; readonly summary: CompletionSummary }
  | { readonly kind: 'failure'; readonly failure: CompletionFailure };

/** What was used, for logs and metrics. */
export interface CompletionSummary {
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly estimated: boolean;
  /** undefined: the price is not at hand. */
  readonly costNanoUsd?: bigint | undefined;
}

export interface CompletionFailure extends Refusal {
  /** The provider's own error document in the client's format, where it is the client's to see; else null. */
  readonly providerBody: Buffer | null;
  /** The provider's status, 0 where none came. */
  readonly providerStatus: number;
}

/** A model that can be asked for, and where requests for it may go, best first. */
export interface RoutedModel {
  readonly id: string;
  readonly ownedBy: string;
  readonly createdAtS: number;
  /** Output tokens of one choice where the client names no bound; 0: the setting's. */
  readonly outputTokensDefault: number;
  readonly candidates: readonly ModelCandidate[];
  /** Absent: by no route, in the order of its candidates. */
  readonly routing?: Routing | undefined;
}

/** A request whose prompt is to be counted, and that is not carried out. */
export interface CountTokensRequest {
  readonly requestId: string;
  readonly format: FrontFormatName;
  /** As in `CompleteRequest`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly parsedBody: Readonly<Record<string, unknown>>;
  /** In the order to be asked. */
  readonly candidates: readonly ModelCandidate[];
}

export interface CountedTokens {
  readonly inputTokens: number;
  /** No provider counted: the gateway's own tokenizer did. */
  readonly isEstimate: boolean;
}

/** gateway.router.v1.RouterService. */
export interface RouterPort {
  /**
   * Runs an admitted request, from the call on. `signal` aborts when the client is gone: the provider's answer is then
   * drained for its usage within a bound, so the iteration may end later than the signal. Never throws for what a
   * provider does.
   */
  complete(request: CompleteRequest, signal: AbortSignal): AsyncIterable<CompleteFrame>;
  /** Counts the tokens of a prompt, for nothing. Rejects with a `Fault` where a provider refuses the request. */
  countTokens(request: CountTokensRequest, signal: AbortSignal): Promise<CountedTokens>;
  /** For /health/stats and metrics: each provider's health as seen from the last calls. */
  providerHealth(): readonly ProviderHealth[];
}

export type HealthState = 'closed' | 'half_open' | 'open' | 'draining' | 'down';

export interface ProviderHealth {
  readonly provider: string;
  /** It is neither kept away from nor down. */
  readonly isHealthy: boolean;
  /** Why nothing can be sent to it, or why it is tried last, for its operator; empty: neither is so. */
  readonly reason: string;
  readonly state: HealthState;
  /** 0: from the beginning. */
  readonly sinceMs: number;
  readonly inFlight: number;
  /** Requests that wait for a place. */
  readonly waiting: number;
  readonly deployments: readonly DeploymentHealth[];
  /** 0: it was never probed. */
  readonly probedAtMs: number;
}

/** A model at a provider, by one account. */
export interface DeploymentHealth {
  /** Empty: the provider's only one. */
  readonly account: string;
  readonly model: string;
  readonly state: HealthState;
  readonly reason: string;
  readonly sinceMs: number;
  /** When it is tried again; 0: it is not kept away. */
  readonly untilMs: number;
  readonly inFlight: number;
  /** Moving averages; 0: not known. */
  readonly firstTokenMs: number;
  readonly tokensASecond: number;
  /** Of the last calls, in parts of ten thousand. */
  readonly failureBasisPoints: number;
  /** What is left of the provider's rate limits, in parts of ten thousand; undefined: not known. */
  readonly headroomBasisPoints?: number | undefined;
}

/** A candidate in the order of trial. */
export interface ExplainedChoice {
  readonly provider: string;
  readonly account: string;
  readonly model: string;
  readonly state: HealthState;
  readonly reason: string;
  readonly stage: number;
  readonly tier: number;
}

/** What administration asks of a router beside tests: gateway.router.v1.RouterService. */
export interface RouterAdminPort {
  /** The order in which candidates would be tried now. It chooses nothing: no turn is taken. */
  explainChoice(asked: {
    readonly candidates: readonly PricedCandidate[];
    readonly plan: RoutingPlan;
    readonly requestId: string;
  }): Promise<readonly ExplainedChoice[]>;
  /** The models that a provider itself lists, or why they could not be read. */
  listUpstreamModels(providerId: string): Promise<{ readonly models: readonly string[]; readonly problem: string }>;
  /** As it stands now, of the router that is asked. */
  currentHealth(): Promise<readonly ProviderHealth[]>;
}
