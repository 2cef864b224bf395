import type { RoutedModel } from '#contracts/router.ts';
import type { LeftOut, Priority, RouteRequest, Routing, Strategy, StrategySource } from '#contracts/routing.ts';
import type { RouteCaller } from './caller.ts';
import type { ResourceOf } from './kinds.ts';
import { byTier, type KnownCandidate } from './known-candidate.ts';
import { isElsewhere, sift, unfitness } from './sift.ts';

/** Where a name goes by one route, or by none, whoever asks and whatever for. */
export interface ModelWay {
  readonly id: string;
  readonly createdAtS: number;
  readonly outputTokensDefault: number;
  /** Of all stages, those in their order. */
  readonly candidates: readonly KnownCandidate[];
  readonly route: ResourceOf<'route'> | undefined;
  /** What policy says of the strategy before the caller does, the first first. */
  readonly choices: readonly Choice[];
  readonly shadow: KnownCandidate | undefined;
  readonly isShadowed: (shareKey: string) => boolean;
}

export interface Choice {
  readonly strategy: Strategy | undefined;
  readonly source: StrategySource;
}

interface MadeChoice {
  readonly strategy: Strategy;
  readonly source: StrategySource;
}

/** What holds for the whole gateway. */
export interface RoutingSettings {
  readonly strategy: Strategy | undefined;
  readonly attemptsMax: number;
}

/** The model of a way for a caller and a request. */
export type WayModel = (caller: RouteCaller, request: RouteRequest) => RoutedModel;

const priorities: Readonly<Record<string, Priority>> = { high: 'high', normal: 'normal', low: 'low' };

/**
 * Models of a way. Requests that ask for nothing in particular get the same object each time: there is one for each strategy, with
 * a shadow and without.
 */
export function modelsOfWay(way: ModelWay, settings: RoutingSettings): WayModel {
  const usual = new Map<string, RoutedModel>();
  let last: RoutedModel | undefined;
  const promptTokensMax = way.candidates.reduce(
    (least, known) => (known.promptTokensMax === 0 ? least : Math.min(least, known.promptTokensMax)),
    Number.POSITIVE_INFINITY,
  );

  return (caller, request) => {
    const choice = choiceOf(way, caller, settings, request);
    const shadow = shadowOf(way, request);
    const isUndemanding =
      request.region === '' &&
      request.modalities.length === 0 &&
      request.capabilities.length === 0 &&
      request.promptTokensEstimate <= promptTokensMax;
    const sifted = isUndemanding ? undefined : sift(way.candidates, request);
    if (sifted !== undefined && sifted.leftOut.length > 0) {
      const routing = routingOf(way, settings, choice, shadow, sifted.leftOut);
      const [first] = inOrder(way.candidates, choice.strategy);
      const isFirstKept = first === undefined || sifted.kept.includes(first);
      return model(way, sifted.kept, isFirstKept ? routing : { ...routing, leftOutPriceKey: first.candidate.priceKey });
    }
    if (last !== undefined && isChosenSo(last, choice, shadow)) return last;
    const name = `${choice.source} ${choice.strategy} ${shadow === undefined ? '' : 'shadowed'}`;
    last = usual.get(name) ?? model(way, way.candidates, routingOf(way, settings, choice, shadow, []));
    usual.set(name, last);
    return last;
  };
}

function isChosenSo({ routing }: RoutedModel, choice: MadeChoice, shadow: KnownCandidate | undefined): boolean {
  return (
    routing?.strategy === choice.strategy &&
    routing.strategySource === choice.source &&
    routing.shadow === shadow?.candidate
  );
}

function choiceOf(
  { choices }: ModelWay,
  caller: RouteCaller,
  settings: RoutingSettings,
  request: RouteRequest,
): MadeChoice {
  if (request.strategy !== undefined) return { strategy: request.strategy, source: 'request' };
  for (const { strategy, source } of choices) if (strategy !== undefined) return { strategy, source };
  if (caller.choice !== undefined) return caller.choice;
  if (settings.strategy !== undefined) return { strategy: settings.strategy, source: 'settings' };
  return { strategy: 'priority', source: '' };
}

/** A copy goes where the request itself might go: neither out of the region, nor to what cannot serve it. */
function shadowOf({ shadow, isShadowed }: ModelWay, request: RouteRequest): KnownCandidate | undefined {
  if (shadow === undefined || !isShadowed(request.shareKey)) return undefined;
  return isElsewhere(shadow, request) || unfitness(shadow, request) !== '' ? undefined : shadow;
}

function routingOf(
  { route }: ModelWay,
  settings: RoutingSettings,
  { strategy, source }: MadeChoice,
  shadow: KnownCandidate | undefined,
  leftOut: readonly LeftOut[],
): Routing {
  return {
    routeId: route?.id ?? '',
    strategy,
    strategySource: source,
    leftOut,
    ...(shadow === undefined ? {} : { shadow: shadow.candidate }),
    mayBecomePaid: route?.mayBecomePaid ?? false,
    hedgeAfterMs: route?.hedgeAfterMs ?? 0,
    timeoutMs: route?.timeoutMs ?? 0,
    attemptsMax: route?.attemptsMax || settings.attemptsMax,
    priority: priorities[route?.priority ?? ''] ?? 'normal',
  };
}

function model(way: ModelWay, kept: readonly KnownCandidate[], routing: Routing): RoutedModel {
  const { id, createdAtS, outputTokensDefault, candidates } = way;
  const ordered = inOrder(kept, routing.strategy);
  const first = ordered[0] ?? candidates[0];
  return {
    id,
    ownedBy: first?.candidate.provider ?? '',
    createdAtS,
    outputTokensDefault,
    candidates: ordered.map(({ candidate }) => candidate),
    routing,
  };
}

function inOrder(candidates: readonly KnownCandidate[], strategy: Strategy): readonly KnownCandidate[] {
  return strategy === 'priority' ? byGroup(candidates) : byStage(candidates);
}

/** By stage, and in it by tier. */
function byStage(candidates: readonly KnownCandidate[]): readonly KnownCandidate[] {
  return byTier(candidates).toSorted((a, b) => stageOf(a) - stageOf(b));
}

/**
 * By stage, and in it one model of an alias after the other: an alias is a group that is tried in its order. The router orders by
 * tiers before anything else, so that the models of an alias get tiers of their own, in which their providers' own are kept.
 */
function byGroup(candidates: readonly KnownCandidate[]): readonly KnownCandidate[] {
  if (candidates.every(({ group }) => group === 0)) return byStage(candidates);
  const ordered = byTier(candidates).toSorted((a, b) => stageOf(a) - stageOf(b) || a.group - b.group);
  let tier = 0;
  return ordered.map((known, index) => {
    const before = ordered[index - 1];
    const isNewStage = before === undefined || stageOf(before) !== stageOf(known);
    const isNewTier = before?.group !== known.group || tierOf(before) !== tierOf(known);
    tier = isNewStage ? 0 : isNewTier ? tier + 1 : tier;
    const { tier: _tier, ...candidate } = known.candidate;
    return { ...known, candidate: tier === 0 ? candidate : { ...candidate, tier } };
  });
}

function stageOf({ candidate: { stage = 0 } }: KnownCandidate): number {
  return stage;
}

function tierOf({ candidate: { tier = 0 } }: KnownCandidate): number {
  return tier;
}
