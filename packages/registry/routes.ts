import type { ModelCandidate } from '#contracts/quota.ts';
import type { RouteRequest } from '#contracts/routing.ts';
import { fillStars, namePattern } from '#kernel/name-pattern.ts';
import type { RouteCaller } from './caller.ts';
import type { ResourceOf } from './kinds.ts';
import type { ProviderNames } from './provider-names.ts';

/** The first route that fits a request. */
export interface FittingRoute {
  readonly id: string;
  readonly targets: ResourceOf<'route'>['targets'];
  /** What the stars of its pattern stand for. */
  readonly captures: readonly string[];
}

/** Finds the first route that fits a model, as its client names it, and a caller. */
export function routeFinder(
  routes: readonly ResourceOf<'route'>[],
): (name: string, caller: RouteCaller, request: RouteRequest) => FittingRoute | undefined {
  const compiled = routes
    .toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))
    .map((route) => ({ route, patterns: route.models.map(namePattern), isOf: callerTest(route) }));
  return (name, caller, _request) => {
    for (const { route, patterns, isOf } of compiled) {
      if (!isOf(caller)) continue;
      for (const pattern of patterns) {
        const captures = pattern.match(name);
        if (captures !== undefined) return { id: route.id, targets: route.targets, captures };
      }
    }
    return undefined;
  };
}

/** Where a route sends a model: to a name at a provider, or to the provider by whatever names the model has there. */
export function candidatesAlong(
  { targets, captures }: FittingRoute,
  found: readonly ModelCandidate[],
  providers: ReadonlyMap<string, ProviderNames>,
): readonly ModelCandidate[] {
  return targets.flatMap(({ provider, model }) => {
    if (model === '') return found.filter((candidate) => candidate.provider === provider);
    return providers.get(provider)?.declared(fillStars(model, captures)) ?? [];
  });
}

/** Teams, users and tags that a route names are alternatives; it names none: everybody. */
function callerTest({ teams, users, tags }: ResourceOf<'route'>): (caller: RouteCaller) => boolean {
  if (teams.length + users.length + tags.length === 0) return () => true;
  const named = { teams: new Set(teams), users: new Set(users), tags: new Set(tags) };
  return (caller) =>
    named.users.has(caller.userId) ||
    (caller.teamId !== '' && named.teams.has(caller.teamId)) ||
    caller.tags.some((tag) => named.tags.has(tag));
}
