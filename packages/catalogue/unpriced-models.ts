import { type ModelProvider, providerModels, type ReadNames } from './provider-models.ts';

/** A warning for each model without a price. Admission refuses such a model, and a typing error looks the same. */
export function unpricedModels(
  providers: readonly ModelProvider[],
  readCatalogue: ReadNames,
  isPriced: (priceKey: string) => boolean,
): string[] {
  return providers.flatMap((provider) => {
    const { name, catalogue, models } = provider;
    const all = providerModels(provider, readCatalogue);
    if (models === undefined && all.length === 0) {
      return [`provider ${name} has no models: the catalogue has no "${catalogue}"; list its models`];
    }
    return all
      .filter(({ priceKey }) => !isPriced(priceKey))
      .map(
        (model) =>
          `model ${model.name} of provider ${name} has no price and is refused: give ${model.priceKey} a price, or take the model out`,
      );
  });
}
