import type { RoutedModel } from '#contracts/router.ts';
import type { RouteRequest } from '#contracts/routing.ts';
import { aliasedModels } from './aliased-models.ts';
import type { RouteCaller } from './caller.ts';
import { modelCreatedAtS } from './model-created.ts';
import { plainModels } from './plain-models.ts';
import { providerNames, type ReadCatalogue } from './provider-names.ts';
import type { Registry } from './registry.ts';
import { candidatesAlong, type FittingRoute, routeFinder } from './routes.ts';

/** Names that were asked for are remembered up to this many, each a few hundred bytes: clients choose names. */
const REMEMBERED_MAX = 10_000;

export interface ModelTable {
  /** The model of a name for a caller, and where it may go, best first; undefined: nobody has it. The same object each time. */
  find(name: string, caller: RouteCaller, request: RouteRequest): RoutedModel | undefined;
  /** Every model with a name of its own, as everybody sees it. Snapshots, prefixed names and wildcards are found alone. */
  list(): readonly RoutedModel[];
}

/**
 * The names that clients may use, from policy and the catalogue. `<model>` goes to every active provider that has it, by
 * priority, and `<provider>/<model>` to that one alone. A `Model` says otherwise, an alias stands for other names, and a route
 * chooses where a name goes. An alias wins over a model of its name.
 */
export function buildModelTable(policy: Pick<Registry, 'all'>, readCatalogue: ReadCatalogue): ModelTable {
  const ownPrices = new Set(Array.from(policy.all('price'), ({ id }) => id));
  const providers = new Map(
    [...policy.all('provider')]
      .filter(({ status }) => status !== 'disabled')
      .sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1))
      .map((provider) => [provider.id, providerNames(provider, readCatalogue, ownPrices)]),
  );
  const plain = plainModels(providers, [...policy.all('model')]);
  const named = aliasedModels([...policy.all('alias')], plain);
  const routes = routeFinder([...policy.all('route')]);
  const remembered = new Map<string, RoutedModel>();
  let listed: readonly RoutedModel[] | undefined;

  function look(name: string, route: FittingRoute | undefined): RoutedModel | undefined {
    if (plain.isDisabled(name)) return undefined;
    const found = named(name);
    const there = found?.candidates ?? [];
    const candidates = route === undefined ? there : candidatesAlong(route, there, providers);
    const [first] = candidates;
    if (first === undefined) return undefined;
    // A route may send names to a provider that nothing else knows: its own id then stands for all of them.
    const { id, createdAtS, outputTokensDefault } = found ?? {
      id: route?.route.id ?? name,
      createdAtS: modelCreatedAtS(name),
      outputTokensDefault: 0,
    };
    return { id, ownedBy: first.provider, createdAtS, outputTokensDefault, candidates };
  }

  function list(): readonly RoutedModel[] {
    const exact = [...policy.all('model'), ...policy.all('alias')]
      .map(({ id }) => id)
      .filter((id) => !id.includes('*'));
    const names = new Set([...Array.from(providers.values()).flatMap((provider) => provider.names), ...exact.sort()]);
    return Array.from(names).flatMap((name) => {
      const model = look(name, undefined);
      return model === undefined ? [] : [{ ...model, id: name }];
    });
  }

  return {
    find(name, caller, request) {
      const route = routes.find(name, caller, request);
      const key = route === undefined ? name : `${route.route.id}\n${name}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const model = look(name, route);
      if (model !== undefined && remembered.size < REMEMBERED_MAX) remembered.set(key, model);
      return model;
    },
    list() {
      listed ??= list();
      return listed;
    },
  };
}
