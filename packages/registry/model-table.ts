import { modelFacts } from '#catalogue/model-facts.ts';
import type { RoutedModel } from '#contracts/router.ts';
import type { RouteRequest } from '#contracts/routing.ts';
import { type ActiveProvider, activeProvider, type ReadFacts } from './active-provider.ts';
import { aliasedModels } from './aliased-models.ts';
import { anyRequest } from './any-request.ts';
import type { RouteCaller } from './caller.ts';
import { fallbacksAlong, fallbacksOf, laterStages, noFallbacks } from './fallbacks.ts';
import { modelCreatedAtS } from './model-created.ts';
import { type ModelWay, modelsOfWay, type WayModel } from './model-way.ts';
import { type PlainModels, plainModels, strategyIn } from './plain-models.ts';
import { providerNames, type ReadCatalogue } from './provider-names.ts';
import { type Registry, SINGLE_ID } from './registry.ts';
import { candidatesAlong, type FittingRoute, ofTarget, type RouteLook, routeFinder } from './routes.ts';
import { trafficShare } from './traffic-share.ts';

/** Names that were asked for are remembered up to this many, each a few hundred bytes: clients choose names. */
const REMEMBERED_MAX = 10_000;

export interface ModelTable {
  /**
   * The model of a name for a caller and a request, and where it may go, best first; undefined: nobody has it. Without candidates
   * where all are out of the region that is asked for. The same object each time, unless the request leaves candidates out.
   */
  find(name: string, caller: RouteCaller, request: RouteRequest): RoutedModel | undefined;
  /** The routes that `find` looks at, each with what does not fit; the one that fits comes last. */
  routes(name: string, caller: RouteCaller, request: RouteRequest): readonly RouteLook[];
  /** Every model with a name of its own, as everybody sees it. Snapshots, prefixed names and wildcards are found alone. */
  list(): readonly RoutedModel[];
}

const nobody: RouteCaller = { userId: '', keyId: '', teamId: '', tags: [] };

/**
 * The names that clients may use, from policy and the catalogue. `<model>` goes to every active provider that has it, by
 * priority, and `<provider>/<model>` to that one alone. A `Model` says otherwise, an alias stands for other names, and a route
 * chooses where a name goes. An alias wins over a model of its name. A route whose targets are nowhere is a no: the operator said
 * where such requests go.
 */
export function buildModelTable(
  policy: Pick<Registry, 'all'>,
  readCatalogue: ReadCatalogue,
  readFacts: ReadFacts = modelFacts,
): ModelTable {
  const providers = activeProviders(policy, readCatalogue, readFacts);
  const plain = plainModels(providers, [...policy.all('model')]);
  const named = aliasedModels([...policy.all('alias')], plain);
  const wayOf = wayFinder(providers, plain, named);
  const routes = routeFinder([...policy.all('route')]);
  const set = Array.from(policy.all('settings')).find(({ id }) => id === SINGLE_ID);
  const settings = { strategy: set && strategyIn(set), attemptsMax: set?.attemptsMax ?? 0 };
  const remembered = new Map<string, WayModel>();
  let listed: readonly RoutedModel[] | undefined;

  function look(name: string, route: FittingRoute | undefined): WayModel | undefined {
    const key = route === undefined ? name : `${route.route.id}\n${name}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const way = wayOf(name, route);
    if (way === undefined) return undefined;
    const models = modelsOfWay(way, settings);
    // Full, it forgets the oldest: names that nobody asks for again must not keep out those that are asked for.
    const oldest = remembered.size < REMEMBERED_MAX ? undefined : remembered.keys().next().value;
    if (oldest !== undefined) remembered.delete(oldest);
    remembered.set(key, models);
    return models;
  }

  function list(): readonly RoutedModel[] {
    const exact = [...policy.all('model'), ...policy.all('alias')]
      .map(({ id }) => id)
      .filter((id) => !id.includes('*'));
    const names = new Set([...Array.from(providers.values()).flatMap((provider) => provider.names), ...exact.sort()]);
    const request = anyRequest();
    return Array.from(names).flatMap((name) => {
      const way = wayOf(name, undefined);
      return way === undefined ? [] : [{ ...modelsOfWay(way, settings)(nobody, request), id: name }];
    });
  }

  return {
    find: (name, caller, request) => look(name, routes.find(name, caller, request))?.(caller, request),
    routes: routes.looks,
    list() {
      listed ??= list();
      return listed;
    },
  };
}

/** Providers in the order in which they are tried. */
function activeProviders(
  policy: Pick<Registry, 'all'>,
  readCatalogue: ReadCatalogue,
  readFacts: ReadFacts,
): ReadonlyMap<string, ActiveProvider> {
  const priced = new Map(Array.from(policy.all('price'), (price) => [price.id, price]));
  const ownPrices = new Set(priced.keys());
  return new Map(
    [...policy.all('provider')]
      .filter(({ status }) => status !== 'disabled')
      .sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1))
      .map((provider) => {
        const names = providerNames(provider, readCatalogue, ownPrices);
        return [provider.id, activeProvider(provider, names, { readFacts, priced })];
      }),
  );
}

/** Finds where a name goes by a route, or by none; undefined: nowhere. */
function wayFinder(
  providers: ReadonlyMap<string, ActiveProvider>,
  plain: PlainModels,
  named: PlainModels['find'],
): (name: string, fitting: FittingRoute | undefined) => ModelWay | undefined {
  return (name, fitting) => {
    if (plain.isDisabled(name)) return undefined;
    const found = named(name);
    const there = found?.candidates ?? [];
    const first = fitting === undefined ? there : candidatesAlong(fitting, there, providers);
    if (first.length === 0) return undefined;
    const { strategies = {}, fallbacks: ofModel = noFallbacks } = found ?? {};
    const route = fitting?.route;
    const fallbacks =
      fitting === undefined ? ofModel : fallbacksAlong(fallbacksOf(fitting.route, fitting.captures), ofModel);
    const target = route?.shadow;
    return {
      // A route may send names to a provider that nothing else knows: its own id then stands for all of them.
      id: found?.id ?? route?.id ?? name,
      createdAtS: found?.createdAtS ?? modelCreatedAtS(name),
      outputTokensDefault: found?.outputTokensDefault ?? 0,
      candidates: [...first, ...laterStages(first, fallbacks, (fallback) => named(fallback)?.candidates ?? [])],
      route,
      choices: [
        { strategy: route && strategyIn(route), source: 'route' },
        { strategy: strategies.model, source: 'model' },
        { strategy: strategies.alias, source: 'alias' },
      ],
      shadow: target && ofTarget(target, fitting?.captures ?? [], there, providers)[0],
      isShadowed: trafficShare(route?.shadowPercent ?? '', `${route?.id}\nshadow`),
    };
  };
}
