import { isStrategy, type Strategy } from '#contracts/routing.ts';
import { fillStars, type PatternMatch, patternIndex } from '#kernel/name-pattern.ts';
import type { ActiveProvider } from './active-provider.ts';
import { type Fallbacks, fallbacksOf, noFallbacks } from './fallbacks.ts';
import type { ResourceOf } from './kinds.ts';
import { byTier, type KnownCandidate } from './known-candidate.ts';
import { modelCreatedAtS } from './model-created.ts';

/** Where a name goes, and what is said of it. */
export interface NamedModel {
  /** What it is called in logs and metrics: one of the names in policy and the catalogue, however many clients choose. */
  readonly id: string;
  readonly createdAtS: number;
  /** 0: the setting's. */
  readonly outputTokensDefault: number;
  readonly candidates: readonly KnownCandidate[];
  /** How its candidates are chosen; undefined: it does not say. */
  readonly strategies: { readonly model?: Strategy | undefined; readonly alias?: Strategy | undefined };
  readonly fallbacks: Fallbacks;
}

export interface PlainModels {
  find(name: string): NamedModel | undefined;
  isDisabled(name: string): boolean;
}

/** The models by names that are no aliases, over providers in the order in which they are tried. */
export function plainModels(
  providers: ReadonlyMap<string, ActiveProvider>,
  models: readonly ResourceOf<'model'>[],
): PlainModels {
  const factsOf = patternIndex(models);
  const isDisabled = (name: string): boolean => factsOf(name)?.value.status === 'disabled';

  function ofTargets(name: string, facts: PatternMatch<ResourceOf<'model'>>): NamedModel | undefined {
    const { value, captures } = facts;
    const candidates = value.targets.flatMap((target) => {
      const there = target.model === '' ? name : fillStars(target.model, captures);
      return providers.get(target.provider)?.declared(there, target, value) ?? [];
    });
    return named(value.id, candidates, createdAtS(value, name), facts);
  }

  function ofProviders(name: string, facts: PatternMatch<ResourceOf<'model'>> | undefined): NamedModel | undefined {
    const found = Array.from(providers.values()).flatMap((provider) => provider.find(name, facts?.value) ?? []);
    const candidates = found.map(({ known }) => known);
    return named(found[0]?.modelId ?? name, candidates, modelCreatedAtS(name), facts);
  }

  function plain(name: string): NamedModel | undefined {
    const facts = factsOf(name);
    if (facts?.value.status === 'disabled') return undefined;
    if (facts !== undefined && facts.value.targets.length > 0) return ofTargets(name, facts);
    return ofProviders(name, facts);
  }

  /** `<provider>/<model>`. Both parts may hold slashes. */
  function prefixed(name: string): NamedModel | undefined {
    for (let slash = name.indexOf('/'); slash !== -1; slash = name.indexOf('/', slash + 1)) {
      const [provider, model] = [name.slice(0, slash), name.slice(slash + 1)];
      const found = providers.has(provider) ? plain(model) : undefined;
      const candidates = found?.candidates.filter(({ candidate }) => candidate.provider === provider) ?? [];
      if (found === undefined || candidates.length === 0) continue;
      return { ...found, id: found.id === model ? name : found.id, candidates };
    }
    return undefined;
  }

  return {
    isDisabled,
    // A provider may have a model whose own name looks like another's prefixed one; the plain name wins.
    find: (name) => plain(name) ?? (isDisabled(name) ? undefined : prefixed(name)),
  };
}

/** When an operator made it; of what has no such time, the day in its name. */
export function createdAtS(
  { id, createdAt }: { readonly id: string; readonly createdAt: string },
  name: string,
): number {
  const timeMs = Date.parse(createdAt);
  return Number.isNaN(timeMs) || id !== name ? modelCreatedAtS(name) : Math.floor(timeMs / 1_000);
}

function named(
  id: string,
  candidates: readonly KnownCandidate[],
  created: number,
  facts: PatternMatch<ResourceOf<'model'>> | undefined,
): NamedModel | undefined {
  if (candidates.length === 0) return undefined;
  const common = { id, candidates: byTier(candidates), createdAtS: created };
  if (facts === undefined) return { ...common, outputTokensDefault: 0, strategies: {}, fallbacks: noFallbacks };
  const { value, captures } = facts;
  const { outputTokensDefault } = value;
  const strategies = { model: strategyIn(value) };
  return { ...common, outputTokensDefault, strategies, fallbacks: fallbacksOf(value, captures) };
}

/** A strategy of a later gateway says nothing to this one. */
export function strategyIn({ strategy }: { readonly strategy: string }): Strategy | undefined {
  return isStrategy(strategy) ? strategy : undefined;
}
