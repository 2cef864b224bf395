import { type ModelFacts, modelFacts } from '#catalogue/model-facts.ts';
import type { ModelCandidate } from '#contracts/quota.ts';
import { patternIndex } from '#kernel/name-pattern.ts';
import { factsWith } from './facts-with.ts';
import type { ResourceOf } from './kinds.ts';
import { catalogueOf } from './provider-names.ts';
import type { Registry } from './registry.ts';

type NamedCandidate = Pick<ModelCandidate, 'provider' | 'model' | 'priceKey'>;

export interface KnownFacts {
  /**
   * What is known of a model by the name that it is asked for: what its `Model` says, or that of the first model its alias stands
   * for, and else the catalogue of the candidate.
   */
  factsOf(name: string, candidate: NamedCandidate | undefined): ModelFacts;
  /** What to use in place of a name that cannot be asked for (any more), as policy or the catalogue of a provider says. */
  successorOf(name: string): string | undefined;
}

/** The facts of models as policy stands at each look. */
export function liveFacts(registry: Pick<Registry, 'all' | 'watch'>): KnownFacts {
  let known: KnownFacts | undefined;
  for (const kind of ['model', 'alias', 'provider'] as const) {
    registry.watch(kind, () => {
      known = undefined;
    });
  }
  const current = (): KnownFacts => {
    known ??= knownFacts(registry);
    return known;
  };
  return {
    factsOf: (name, candidate) => current().factsOf(name, candidate),
    successorOf: (name) => current().successorOf(name),
  };
}

/** The facts of models by a policy that stays as it is. */
export function knownFacts(policy: Pick<Registry, 'all'>): KnownFacts {
  const modelOf = modelFinder(policy);
  const catalogues = new Map(Array.from(policy.all('provider'), (provider) => [provider.id, catalogueOf(provider)]));

  /** By the provider's own name of it, and by that of its price: a provider may know it by another one. */
  function catalogued({ provider, model, priceKey }: NamedCandidate): ModelFacts | undefined {
    const catalogue = catalogues.get(provider);
    if (catalogue === undefined) return undefined;
    return modelFacts(catalogue, model) ?? modelFacts(catalogue, priceKey.slice(catalogue.length + 1));
  }

  return {
    factsOf: (name, candidate) =>
      factsWith(modelOf(name) ?? (candidate && modelOf(candidate.model)), candidate && catalogued(candidate)),
    successorOf(name) {
      const said = modelOf(name)?.successor ?? '';
      if (said !== '') return said;
      for (const catalogue of new Set(catalogues.values())) {
        const successor = modelFacts(catalogue, name)?.successor;
        if (successor !== undefined) return successor;
      }
      return undefined;
    },
  };
}

function modelFinder(policy: Pick<Registry, 'all'>): (name: string) => ResourceOf<'model'> | undefined {
  const models = patternIndex(policy.all('model'));
  const aliases = patternIndex(policy.all('alias'));
  return (name) => {
    const first = aliases(name)?.value.models[0];
    return (first === undefined ? undefined : models(first)?.value) ?? models(name)?.value;
  };
}
