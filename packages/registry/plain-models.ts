import type { ModelCandidate } from '#contracts/quota.ts';
import { fillStars, type PatternMatch, patternIndex } from '#kernel/name-pattern.ts';
import type { ResourceOf } from './kinds.ts';
import { modelCreatedAtS } from './model-created.ts';
import type { ProviderNames } from './provider-names.ts';

/** Where a name goes, and what is said of it. */
export interface NamedModel {
  /** What it is called in logs and metrics: one of the names in policy and the catalogue, however many clients choose. */
  readonly id: string;
  readonly createdAtS: number;
  /** 0: the setting's. */
  readonly outputTokensDefault: number;
  readonly candidates: readonly ModelCandidate[];
}

export interface PlainModels {
  find(name: string): NamedModel | undefined;
  isDisabled(name: string): boolean;
}

/** The models by names that are no aliases, over providers in the order in which they are tried. */
export function plainModels(
  providers: ReadonlyMap<string, ProviderNames>,
  models: readonly ResourceOf<'model'>[],
): PlainModels {
  const factsOf = patternIndex(models);
  const isDisabled = (name: string): boolean => factsOf(name)?.value.status === 'disabled';

  function ofTargets(name: string, { value, captures }: PatternMatch<ResourceOf<'model'>>): NamedModel | undefined {
    const candidates = value.targets.flatMap(({ provider, model }) => {
      const there = model === '' ? name : fillStars(model, captures);
      return providers.get(provider)?.declared(there) ?? [];
    });
    return named(value.id, candidates, value.outputTokensDefault, createdAtS(value, name));
  }

  function ofProviders(name: string, outputTokensDefault: number): NamedModel | undefined {
    const found = Array.from(providers.values()).flatMap((provider) => provider.find(name) ?? []);
    const candidates = found.map(({ candidate }) => candidate);
    return named(found[0]?.modelId ?? name, candidates, outputTokensDefault, modelCreatedAtS(name));
  }

  function plain(name: string): NamedModel | undefined {
    const facts = factsOf(name);
    if (facts?.value.status === 'disabled') return undefined;
    if (facts !== undefined && facts.value.targets.length > 0) return ofTargets(name, facts);
    return ofProviders(name, facts?.value.outputTokensDefault ?? 0);
  }

  /** `<provider>/<model>`. Both parts may hold slashes. */
  function prefixed(name: string): NamedModel | undefined {
    for (let slash = name.indexOf('/'); slash !== -1; slash = name.indexOf('/', slash + 1)) {
      const [provider, model] = [name.slice(0, slash), name.slice(slash + 1)];
      const found = providers.has(provider) ? plain(model) : undefined;
      const candidates = found?.candidates.filter((candidate) => candidate.provider === provider) ?? [];
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
  candidates: readonly ModelCandidate[],
  outputTokensDefault: number,
  created: number,
): NamedModel | undefined {
  return candidates.length === 0 ? undefined : { id, candidates, outputTokensDefault, createdAtS: created };
}
