import type { Asked } from '#ai/asked.ts';
import type { Identity } from '#api-keys/identity.ts';
import type { Attribution } from '#contracts/quota.ts';
import type { RoutedModel } from '#contracts/router.ts';
import { type ModelCandidate, plainRouting, type RouteRequest, type Routing } from '#contracts/routing.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { systemClock } from '#kernel/clock.ts';
import { callerOf } from '#registry/caller.ts';
import { usableModel } from '../access/permissions.ts';
import { findModel, noModel } from '../models/find-model.ts';
import type { IngressDependencies } from '../ports.ts';
import type { Call } from './call.ts';
import { routeRequestOf } from './route-request.ts';
import { type RoutingOptions, routingHeaders } from './routing-options.ts';

/** A model, and how a request for it is routed. */
export interface RoutedRequest {
  /** As the caller may use it, with candidate fallbacks. At least one candidate. */
  readonly model: RoutedModel;
  readonly routing: Routing;
  /** The fallbacks are the client's own: it knows what they cost. */
  readonly hasOwnFallbacks: boolean;
}

/** What a request is routed by. */
export interface Routable {
  readonly identity: Identity;
  readonly asked: Asked;
  readonly attribution: Attribution;
  readonly options: RoutingOptions;
}

type Dependencies = Pick<IngressDependencies, 'models' | 'registry' | 'clock' | 'modelEnds' | 'billing'>;

/**
 * Where a request goes: by policy, by what its client chose, and as far as the key may. Throws a `Fault`: `model_not_found`,
 * `model_not_allowed`, or `invalid_request` where nothing is in the region that was asked for, or without a cost that nobody asked for.
 */
export function routedModel(
  { models, registry, clock = systemClock, modelEnds, billing }: Dependencies,
  call: Call,
  { identity, asked, attribution, options }: Routable,
): RoutedRequest {
  const { userId } = identity;
  const { headers } = call.request;
  const { region, strategy } = options;
  const request = routeRequestOf({ userId, headers, asked, attribution, region, strategy, nowMs: clock() });
  const caller = callerOf(registry, identity);
  const found = findModel(call, { models, modelEnds }, asked.model, caller, request);
  const model = usableModel(identity, asked.model, reachable(found, asked.model, request));
  modelEnds?.tell(call, asked.model, model);
  const { routing = plainRouting } = model;
  const chosen: Routing =
    options.strategy === undefined ? routing : { ...routing, strategy: options.strategy, strategySource: 'request' };
  const unpaid = withoutUnaskedCost(billing, model.candidates, chosen);
  if (options.fallbacks.length === 0) {
    if (unpaid.length === 0) throw new Fault(wouldCost(asked.model));
    return { model: { ...model, candidates: unpaid }, routing: chosen, hasOwnFallbacks: false };
  }
  const stages = options.fallbacks.map((name) => {
    const fallback = models.find(name, caller, request);
    if (fallback === undefined) throw new Fault({ ...noModel(name), param: routingHeaders.fallbacks });
    return fallback.candidates.length === 0
      ? fallback
      : usableModel(identity, name, fallback, routingHeaders.fallbacks);
  });
  const leftOut = [...chosen.leftOut, ...stages.flatMap((stage) => stage.routing?.leftOut ?? [])];
  const candidates = withFallbacks(unpaid, stages);
  if (candidates.length === 0) throw new Fault(wouldCost(asked.model));
  return { model: { ...model, candidates }, routing: { ...chosen, leftOut }, hasOwnFallbacks: true };
}

/**
 * Never from free to paid unasked, also where what costs nothing was left out since it cannot serve the request: quota, which sees to
 * the rest, knows only of what is left.
 */
function withoutUnaskedCost(
  billing: Pick<IngressDependencies['billing'], 'isFree'>,
  candidates: readonly ModelCandidate[],
  { leftOutPriceKey, mayBecomePaid }: Routing,
): readonly ModelCandidate[] {
  if (leftOutPriceKey === undefined || mayBecomePaid || !billing.isFree(leftOutPriceKey)) return candidates;
  return candidates.filter(({ priceKey }) => billing.isFree(priceKey));
}

function wouldCost(name: string): Refusal {
  const words = `What costs nothing of the model \`${name}\` cannot serve this request, which goes to nothing that costs something unasked. Send a shorter or simpler request, or name a model in ${routingHeaders.fallbacks}.`;
  return invalid(words, 'model');
}

/** A region is the client's word on where its data may go: where nothing is there, nothing is asked. */
function reachable(model: RoutedModel, name: string, { region }: RouteRequest): RoutedModel {
  if (model.candidates.length > 0) return model;
  if (region === '') throw new Fault(noModel(name));
  const words = `The model \`${name}\` has no provider in the region '${region}'.`;
  throw new Fault(invalid(words, routingHeaders.region));
}

/**
 * The candidates with the client's fallbacks in the place of policy's, each model a stage. Those of policy that stand in for one
 * failure alone stay, behind them.
 */
function withFallbacks(
  candidates: readonly ModelCandidate[],
  fallbacks: readonly RoutedModel[],
): readonly ModelCandidate[] {
  const own = fallbacks.flatMap((fallback, at) =>
    fallback.candidates
      .filter(({ stage = 0 }) => stage === 0)
      .map((candidate): ModelCandidate => ({ ...candidate, stage: at + 1 })),
  );
  const first = candidates.filter(({ stage = 0 }) => stage === 0);
  const special = candidates
    .filter(({ standsInFor = '' }) => standsInFor !== '')
    .map((candidate): ModelCandidate => ({ ...candidate, stage: (candidate.stage ?? 0) + fallbacks.length }));
  const seen = new Set<string>();
  const fresh = [...first, ...own].filter(({ provider, model }) => {
    const place = `${provider}\n${model}`;
    return !seen.has(place) && seen.add(place);
  });
  return [...fresh, ...special];
}
