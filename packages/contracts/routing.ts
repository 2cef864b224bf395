/** How candidates of the same tier are ordered: services/router/README.md has the table. */
export const strategies = [
  'priority',
  'round_robin',
  'weighted',
  'random',
  'least_connections',
  'lowest_latency',
  'lowest_cost',
  'rate_headroom',
  'sticky',
] as const;

export type Strategy = (typeof strategies)[number];

export function isStrategy(text: string): text is Strategy {
  return (strategies as readonly string[]).includes(text);
}

/** What said how candidates are chosen; nothing did: the gateway's own `priority`. */
export type StrategySource = 'request' | 'route' | 'model' | 'alias' | 'user' | 'team' | 'settings' | '';

export type Priority = 'high' | 'normal' | 'low';

/** What a candidate of a later stage stands in for. */
export type StandsInFor = '' | 'context_window' | 'content_policy';

/** A candidate's place among the others. Absent numbers are 0. */
export interface CandidatePlace {
  /** Higher tiers are tried when lower ones have failed. */
  readonly tier?: number | undefined;
  /** Its share within its tier; 0: 1. */
  readonly weight?: number | undefined;
  /** 0: the model that was asked for; n: the nth model in its place. */
  readonly stage?: number | undefined;
  /** Of a later stage, the only failure that it is for; empty, absent: any. */
  readonly standsInFor?: StandsInFor | undefined;
  /** What the model takes at most; 0: not known. */
  readonly contextTokens?: number | undefined;
}

/** A provider's model a request may be sent to, and the name of its price (see proto/gateway/events/v1/quota.proto). */
export interface ModelCandidate extends CandidatePlace {
  readonly provider: string;
  readonly model: string;
  readonly priceKey: string;
}

/** A candidate with the price version it was pinned to at admission. */
export interface PricedCandidate extends ModelCandidate {
  readonly priceVersion: number;
  /** What the request is likely to cost there, whole nano-USD; absent: quota did not say. */
  readonly likelyCostNanoUsd?: string | undefined;
}

/** A candidate that a request does not go to, and why: region, modality:<what>, capability:<what>, context, unpriced, limit:<id>, paid. */
export interface LeftOut {
  readonly provider: string;
  readonly model: string;
  readonly reason: string;
}

/** What policy says of a request's way, beside its candidates. */
export interface Routing {
  /** Empty: no route fits. */
  readonly routeId: string;
  readonly strategy: Strategy;
  readonly strategySource: StrategySource;
  readonly leftOut: readonly LeftOut[];
  /** The price of the candidate that would be the first and was left out; absent: it was not. */
  readonly leftOutPriceKey?: string | undefined;
  /** Gets a copy of the request, which the house pays. */
  readonly shadow?: ModelCandidate | undefined;
  /** A request whose first candidate costs nothing may go on to one that costs something. */
  readonly mayBecomePaid: boolean;
  /** 0: never. */
  readonly hedgeAfterMs: number;
  /** 0: the router's. */
  readonly timeoutMs: number;
  readonly attemptsMax: number;
  readonly priority: Priority;
}

export const plainRouting: Routing = {
  routeId: '',
  strategy: 'priority',
  strategySource: '',
  leftOut: [],
  mayBecomePaid: false,
  hedgeAfterMs: 0,
  timeoutMs: 0,
  attemptsMax: 0,
  priority: 'normal',
};

/** gateway.router.v1.RoutingPlan: how an admitted request is to be routed. */
export interface RoutingPlan {
  readonly strategy: Strategy;
  readonly strategySource: StrategySource;
  readonly routeId: string;
  /** What keeps requests of one conversation together; empty: nothing. */
  readonly stickyKey: string;
  /** It has to go where the conversation went before, if that can be: it carries what only that provider can read. */
  readonly mustStick: boolean;
  /** 0: the router's. */
  readonly timeoutMs: number;
  readonly attemptsMax: number;
  /** 0: never. */
  readonly hedgeAfterMs: number;
  readonly priority: Priority;
  readonly shadow?: PricedCandidate | undefined;
  /** What the prompt is likely to count. */
  readonly promptTokensEstimate: number;
  /** The time is the client's own choice: who ends a request at will pays as one who leaves. */
  readonly isTimeoutClients: boolean;
}

export const plainPlan: RoutingPlan = {
  strategy: 'priority',
  strategySource: '',
  routeId: '',
  stickyKey: '',
  mustStick: false,
  timeoutMs: 0,
  attemptsMax: 0,
  hedgeAfterMs: 0,
  priority: 'normal',
  promptTokensEstimate: 0,
  isTimeoutClients: false,
};

/** A request as routes and candidates are matched against it. */
export interface RouteRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly promptTokensEstimate: number;
  readonly promptTokensBound: number;
  /** What it holds beside text: image, audio, video, file. */
  readonly modalities: readonly string[];
  /** What it asks of a model: tools, structured_output, reasoning, web_search. */
  readonly capabilities: readonly string[];
  /** The region that is asked for; empty: any. */
  readonly region: string;
  /** What a share of the traffic is drawn by: the same key is always on the same side. */
  readonly shareKey: string;
  /** The client's own choice, where it may choose; absent: policy's. */
  readonly strategy?: Strategy | undefined;
  readonly nowMs: number;
}
