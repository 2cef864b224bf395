import type { ModelFacts } from '#catalogue/model-facts.ts';
import type { ModelCandidate } from '#contracts/quota.ts';
import { factsWith } from './facts-with.ts';
import type { ResourceOf } from './kinds.ts';
import { type KnownCandidate, placed } from './known-candidate.ts';
import { catalogueOf, type ProviderNames } from './provider-names.ts';

/** What is known of a model of a catalogue, by its provider's name of it. */
export type ReadFacts = (catalogueId: string, modelId: string) => ModelFacts | undefined;

/** A provider that requests may go to. */
export interface ActiveProvider {
  readonly names: readonly string[];
  /** The candidate of a name that it has, in the provider's own place; undefined: it has no such name. */
  find(
    name: string,
    model: Model | undefined,
  ): { readonly known: KnownCandidate; readonly modelId: string } | undefined;
  /** The candidate of a name that an operator says it has. */
  declared(name: string, target: Pick<Target, 'tier' | 'weight'>, model: Model | undefined): KnownCandidate;
  /** The weight of a target; 0: the provider's. */
  weightOf(target: Pick<Target, 'weight'>): number;
}

type Model = ResourceOf<'model'>;
type Target = Model['targets'][number];

/** Vectors are made of each text for itself: the sum of a batch says nothing of the longest. */
const EMBEDDING = 'embedding';

/** `priced`: prices of the operator's own, which may say how much a model takes. */
export function activeProvider(
  provider: ResourceOf<'provider'>,
  names: ProviderNames,
  { readFacts, priced }: { readonly readFacts: ReadFacts; readonly priced: ReadonlyMap<string, ResourceOf<'price'>> },
): ActiveProvider {
  const { region, priority, weight } = provider;
  const catalogue = catalogueOf(provider);

  function known(candidate: ModelCandidate, model: Model | undefined): KnownCandidate {
    const { model: name, priceKey } = candidate;
    const catalogued = readFacts(catalogue, name) ?? readFacts(catalogue, priceKey.slice(catalogue.length + 1));
    const facts = factsWith(model, catalogued);
    const contextTokens = model?.contextTokens || priced.get(priceKey)?.contextTokens || facts.contextTokens;
    return {
      candidate: { ...candidate, ...(contextTokens === 0 ? {} : { contextTokens }) },
      region,
      modalities: facts.inputModalities,
      capabilities: facts.capabilities,
      promptTokensMax: facts.outputModalities.includes(EMBEDDING) ? 0 : contextTokens,
      group: 0,
    };
  }

  const weightOf = (target: Pick<Target, 'weight'>): number => target.weight || weight;
  return {
    names: names.names,
    find(name, model) {
      const found = names.find(name);
      if (found === undefined) return undefined;
      return { known: placed(known(found.candidate, model), { tier: priority, weight }), modelId: found.modelId };
    },
    declared: (name, target, model) =>
      placed(known(names.declared(name), model), { tier: target.tier, weight: weightOf(target) }),
    weightOf,
  };
}
