import { catalogueModels } from '#catalogue/catalogue-models.ts';
import { systemClock } from '#kernel/clock.ts';
import { parseUsdPerMtok } from '#money/usd-per-mtok.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import { keptCatalogue } from '#registry/live-models.ts';
import { catalogueOf, providerNames } from '#registry/provider-names.ts';
import type { Registry } from '#registry/registry.ts';

/** The name of a provider's model that costs the least for a token in and one out; of models without a price the first; empty: none. */
export function cheapestModel(provider: ResourceOf<'provider'>, registry: Pick<Registry, 'all'>): string {
  const costs = costsOf(catalogueOf(provider), registry);
  const { names, find } = providerNames(
    provider,
    keptCatalogue,
    new Set(Array.from(registry.all('price'), ({ id }) => id)),
  );
  let cheapest: { readonly name: string; readonly picoUsd: bigint } | undefined;
  for (const name of names) {
    const picoUsd = costs.get(find(name)?.candidate.priceKey ?? '');
    if (picoUsd !== undefined && (cheapest === undefined || picoUsd < cheapest.picoUsd)) cheapest = { name, picoUsd };
  }
  return cheapest?.name ?? names[0] ?? '';
}

/** What a token in and one out cost together, in pico-USD, by price key. Prices of one's own win. */
function costsOf(catalogue: string, registry: Pick<Registry, 'all'>): ReadonlyMap<string, bigint> {
  const costs = new Map<string, bigint>();
  for (const { id, price } of catalogueModels(catalogue, systemClock())) {
    const { input, output } = price.prices;
    // A model without a price for output answers with vectors: no chat tests it.
    if (input !== undefined && output !== undefined) costs.set(`${catalogue}/${id}`, input + output);
  }
  for (const { id, prices } of registry.all('price')) {
    const [input, output] = ['input', 'output'].map((unit) => prices.find((price) => price.unit === unit));
    if (input === undefined || output === undefined) costs.delete(id);
    else costs.set(id, parseUsdPerMtok(input.usdPerMillion) + parseUsdPerMtok(output.usdPerMillion));
  }
  return costs;
}
