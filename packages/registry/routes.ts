import type { RouteRequest } from '#contracts/routing.ts';
import { fillStars, type NamePattern, namePattern } from '#kernel/name-pattern.ts';
import type { ActiveProvider } from './active-provider.ts';
import type { RouteCaller } from './caller.ts';
import type { ResourceOf } from './kinds.ts';
import { byTier, type KnownCandidate, placed } from './known-candidate.ts';
import { conditionsOf, type RouteCondition } from './route-conditions.ts';

/** The first route that fits a request. */
export interface FittingRoute {
  readonly route: ResourceOf<'route'>;
  /** What the stars of its pattern stand for. */
  readonly captures: readonly string[];
}

/** A route that was looked at, and its first field that does not fit: "teams", "hours"; empty: it fits. */
export interface RouteLook {
  readonly routeId: string;
  readonly mismatch: string;
}

export interface RouteFinder {
  /** The first route that fits a model, as its client names it, a caller and a request. */
  find(name: string, caller: RouteCaller, request: RouteRequest): FittingRoute | undefined;
  /** The routes that `find` looks at, in their order; the one that fits comes last. */
  looks(name: string, caller: RouteCaller, request: RouteRequest): readonly RouteLook[];
}

interface CompiledRoute {
  readonly route: ResourceOf<'route'>;
  readonly patterns: readonly NamePattern[];
  readonly conditions: readonly RouteCondition[];
}

/** Reads routes once: a look compiles nothing. */
export function routeFinder(routes: readonly ResourceOf<'route'>[]): RouteFinder {
  const compiled = routes
    .toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))
    .map((route): CompiledRoute => {
      return { route, patterns: route.models.map(namePattern), conditions: conditionsOf(route) };
    });
  return {
    find(name, caller, request) {
      for (const { route, patterns, conditions } of compiled) {
        const pattern = patterns.find(({ fits }) => fits(name));
        if (pattern === undefined || !conditions.every(({ holds }) => holds(caller, request))) continue;
        return { route, captures: pattern.match(name) ?? [] };
      }
      return undefined;
    },
    looks(name, caller, request) {
      const looks: RouteLook[] = [];
      for (const { route, patterns, conditions } of compiled) {
        const isNamed = patterns.some(({ fits }) => fits(name));
        const failing = conditions.find(({ holds }) => !holds(caller, request));
        const mismatch = isNamed ? (failing?.fields ?? '') : 'models';
        looks.push({ routeId: route.id, mismatch });
        if (mismatch === '') break;
      }
      return looks;
    },
  };
}

/**
 * Where a route sends a model: to a name at a provider, or to the provider by whatever names the model has there. A route without
 * targets changes only how the model's own candidates are tried.
 */
export function candidatesAlong(
  { route, captures }: FittingRoute,
  found: readonly KnownCandidate[],
  providers: ReadonlyMap<string, ActiveProvider>,
): readonly KnownCandidate[] {
  if (route.targets.length === 0) return found;
  return byTier(route.targets.flatMap((target) => ofTarget(target, captures, found, providers)));
}

/** The candidates of one target. */
export function ofTarget(
  target: ResourceOf<'route'>['targets'][number],
  captures: readonly string[],
  found: readonly KnownCandidate[],
  providers: ReadonlyMap<string, ActiveProvider>,
): readonly KnownCandidate[] {
  const provider = providers.get(target.provider);
  if (provider === undefined) return [];
  if (target.model !== '') return [provider.declared(fillStars(target.model, captures), target, undefined)];
  const place = { tier: target.tier, weight: provider.weightOf(target) };
  return found
    .filter(({ candidate }) => candidate.provider === target.provider)
    .map((known) => ({ ...placed(known, place), group: 0 }));
}
