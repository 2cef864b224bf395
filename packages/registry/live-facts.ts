import { type ModelFacts, modelFacts } from '#catalogue/model-facts.ts';
import type { ModelCandidate } from '#contracts/quota.ts';
import { patternIndex } from '#kernel/name-pattern.ts';
import { factsWith } from './facts-with.ts';
import type { ResourceOf } from './kinds.ts';
import { catalogueOf } from './provider-names.ts';
import type { Registry } from './registry.ts';

type Policy = Pick<Registry, 'all' | 'get' | 'watch'>;

export interface KnownFacts {
  /**
   * What is known of a model by the name that it is asked for: what its `Model` says, or that of the first model its alias stands
   * for, and else the catalogue of the candidate.
   */
  factsOf(name: string, candidate: Pick<ModelCandidate, 'provider' | 'model' | 'priceKey'> | undefined): ModelFacts;
  /** What to use in place of a name that cannot be asked for (any more), as policy or the catalogue of a provider says. */
  successorOf(name: string): string | undefined;
}

/** The facts of models as policy stands at each look. */
export function liveFacts(registry: Policy): KnownFacts {
  let findModel: ReturnType<typeof modelFinder> | undefined;
  for (const kind of ['model', 'alias'] as const) {
    registry.watch(kind, () => {
      findModel = undefined;
    });
  }
  const modelOf = (name: string): ResourceOf<'model'> | undefined => {
    findModel ??= modelFinder(registry);
    return findModel(name);
  };
  return {
    factsOf: (name, candidate) =>
      factsWith(modelOf(name) ?? (candidate && modelOf(candidate.model)), candidate && catalogued(registry, candidate)),
    successorOf(name) {
      const said = modelOf(name)?.successor ?? '';
      if (said !== '') return said;
      for (const provider of registry.all('provider')) {
        const successor = modelFacts(catalogueOf(provider), name)?.successor;
        if (successor !== undefined) return successor;
      }
      return undefined;
    },
  };
}

/** By the provider's own name of it, and by that of its price: a provider may know it by another one. */
function catalogued(
  registry: Policy,
  { provider: id, model, priceKey }: Pick<ModelCandidate, 'provider' | 'model' | 'priceKey'>,
): ModelFacts | undefined {
  const provider = registry.get('provider', id);
  if (provider === undefined) return undefined;
  const catalogue = catalogueOf(provider);
  return modelFacts(catalogue, model) ?? modelFacts(catalogue, priceKey.slice(catalogue.length + 1));
}

function modelFinder(registry: Policy): (name: string) => ResourceOf<'model'> | undefined {
  const models = patternIndex(registry.all('model'));
  const aliases = patternIndex(registry.all('alias'));
  return (name) => {
    const first = aliases(name)?.value.models[0];
    return (first === undefined ? undefined : models(first)?.value) ?? models(name)?.value;
  };
}
