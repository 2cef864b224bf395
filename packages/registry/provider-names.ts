import { rowOf } from '#ai/providers/spoken-by.ts';
import { providerModels } from '#catalogue/provider-models.ts';
import type { ModelCandidate } from '#contracts/quota.ts';
import type { ResourceOf } from './kinds.ts';

/** What the model table needs of the price catalogue: the models of a provider, with every name that means exactly one. */
export type ReadCatalogue = (catalogueId: string) => readonly {
  readonly id: string;
  readonly names: readonly string[];
  /** Whether a name is a dated snapshot of the model (`claude-sonnet-4-5-20250929`). */
  readonly isSnapshot: (name: string) => boolean;
}[];

/** What a provider has. */
export interface ProviderNames {
  readonly id: string;
  /** Every name it has, snapshots aside. */
  readonly names: readonly string[];
  /** The candidate of a name that it has, and the name of the model that is meant; undefined: it has no such name. */
  find(name: string): { readonly candidate: ModelCandidate; readonly modelId: string } | undefined;
  /** The candidate of a name that an operator says it has. */
  declared(name: string): ModelCandidate;
}

/** A catalogue without the names of models that a provider does not have: a cloud has a door for each kind. */
function offered(pattern: RegExp | undefined, readCatalogue: ReadCatalogue): ReadCatalogue {
  if (pattern === undefined) return readCatalogue;
  return (catalogueId) =>
    readCatalogue(catalogueId).map(({ id, names, isSnapshot }) => ({
      id,
      names: names.filter((name) => pattern.test(name)),
      isSnapshot: (name) => pattern.test(name) && isSnapshot(name),
    }));
}

/** Whose prices apply to a provider. */
export function catalogueOf({ id, catalogue }: Pick<ResourceOf<'provider'>, 'id' | 'catalogue'>): string {
  return catalogue === '' ? id : catalogue;
}

/**
 * The names of a provider and what each is priced by: the model of the catalogue that the name means, or a price of the
 * operator's own under the very name. A provider that lists no models has those of the catalogue and those with such a price.
 */
export function providerNames(
  provider: Pick<ResourceOf<'provider'>, 'id' | 'kind' | 'preset' | 'catalogue' | 'models'>,
  readWhole: ReadCatalogue,
  ownPrices: ReadonlySet<string>,
): ProviderNames {
  const catalogue = catalogueOf(provider);
  const readCatalogue = offered(rowOf(provider).models, readWhole);
  const prefix = `${catalogue}/`;
  const models = provider.models.length === 0 ? undefined : provider.models;
  const known = new Map(
    providerModels({ name: provider.id, catalogue, models }, readCatalogue).map(({ name, priceKey }) => [
      name,
      priceKey,
    ]),
  );
  if (models === undefined) {
    for (const key of ownPrices) if (key.startsWith(prefix)) known.set(key.slice(prefix.length), key);
  }
  const catalogued = readCatalogue(catalogue);
  const candidate = (model: string, priceKey: string): ModelCandidate => ({
    provider: provider.id,
    model,
    priceKey: ownPrices.has(prefix + model) ? prefix + model : priceKey,
  });
  const snapshotOf = (name: string) => catalogued.find((model) => model.isSnapshot(name))?.id;

  return {
    id: provider.id,
    names: [...known.keys()],
    find(name) {
      const priceKey = known.get(name);
      if (priceKey !== undefined) return { candidate: candidate(name, priceKey), modelId: name };
      const modelId = models === undefined ? snapshotOf(name) : undefined;
      return modelId === undefined ? undefined : { candidate: candidate(name, prefix + modelId), modelId };
    },
    declared(name) {
      const modelId = catalogued.find((model) => model.names.includes(name))?.id ?? snapshotOf(name) ?? name;
      return candidate(name, known.get(name) ?? prefix + modelId);
    },
  };
}
