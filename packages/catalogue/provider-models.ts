/** What is needed of a provider to know its models. */
export interface ModelProvider {
  readonly name: string;
  /** The provider's id in the price catalogue, or a name of one's own; the first part of its price keys. */
  readonly catalogue: string;
  /** Left out: all that the catalogue lists. */
  readonly models?: readonly string[] | undefined;
}

/** The models of a catalogue, each with every name that means exactly it. */
export type ReadNames = (catalogueId: string) => readonly { readonly id: string; readonly names: readonly string[] }[];

/** A name a client may ask a provider for, and what it is priced by. */
export interface ProviderModel {
  readonly name: string;
  readonly priceKey: string;
}

/** Every name of a provider's models: a provider knows them by their aliases, too. */
export function providerModels(
  { catalogue, models }: ModelProvider,
  readCatalogue: ReadNames,
): readonly ProviderModel[] {
  const priceKeys = new Map<string, string>();
  for (const model of readCatalogue(catalogue)) {
    for (const name of model.names) {
      if (!priceKeys.has(name)) priceKeys.set(name, `${catalogue}/${model.id}`);
    }
  }
  const names = models === undefined ? priceKeys.keys() : new Set(models);
  // A model the catalogue does not know has a price key all the same: admission refuses it until it is priced.
  return [...names].map((name) => ({ name, priceKey: priceKeys.get(name) ?? `${catalogue}/${name}` }));
}
