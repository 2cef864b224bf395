import { providerModels } from '#catalogue/provider-models.ts';
import type { ModelCandidate } from '#contracts/quota.ts';
import type { RoutedModel } from '#contracts/router.ts';
import type { ProviderConfig } from './config.ts';
import { modelCreatedAtS } from './model-created.ts';

/** The router's view of the price catalogue: the models of a provider, with every name that means exactly one. */
export type ReadCatalogue = (catalogueId: string) => readonly {
  readonly id: string;
  readonly names: readonly string[];
  /** Whether a name is a dated snapshot of the model (`claude-sonnet-4-5-20250929`). */
  readonly isSnapshot: (name: string) => boolean;
}[];

/** How many requested snapshot names are remembered: there are a few dozen real ones. */
const SNAPSHOTS_REMEMBERED_MAX = 1_000;

export interface ModelTable {
  find(name: string): RoutedModel | undefined;
  list(): readonly RoutedModel[];
}

/**
 * The models of all providers by the names that a client may use. `<model>` goes to every provider that has it, in
 * configured order. `<provider>/<model>` goes to that provider only; it is found but not listed. So is a dated
 * snapshot, which is sent on under its own name and uses the price of its model.
 */
export function buildModelTable(providers: readonly ProviderConfig[], readCatalogue: ReadCatalogue): ModelTable {
  const shared = new Map<string, { ownedBy: string; candidates: ModelCandidate[] }>();
  const byName = new Map<string, RoutedModel>();
  for (const provider of providers) {
    for (const candidate of candidatesOf(provider, readCatalogue)) {
      const model = shared.get(candidate.model) ?? { ownedBy: provider.name, candidates: [] };
      model.candidates.push(candidate);
      shared.set(candidate.model, model);
      const id = `${provider.name}/${candidate.model}`;
      const createdAtS = modelCreatedAtS(candidate.model);
      byName.set(id, { id, ownedBy: provider.name, createdAtS, candidates: [candidate] });
    }
  }
  const listed = [...shared].map(([id, model]): RoutedModel => ({ id, createdAtS: modelCreatedAtS(id), ...model }));
  // A provider may have a model whose own name looks like another provider's prefixed one. The plain name wins.
  for (const model of listed) byName.set(model.id, model);
  const findSnapshot = createSnapshotFinder(providers, readCatalogue);
  return { find: (name) => byName.get(name) ?? findSnapshot(name), list: () => listed };
}

/** Snapshots of the models of providers that take all models of the catalogue. */
function createSnapshotFinder(
  providers: readonly ProviderConfig[],
  readCatalogue: ReadCatalogue,
): (name: string) => RoutedModel | undefined {
  const open = providers.filter((provider) => provider.models === undefined);
  const models = open.flatMap((provider) => readCatalogue(provider.catalogue).map((model) => ({ provider, model })));
  const remembered = new Map<string, RoutedModel>();

  return (name) => {
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const hits = models.flatMap(({ provider, model }) => {
      const plain = name.startsWith(`${provider.name}/`) ? name.slice(provider.name.length + 1) : name;
      return model.isSnapshot(plain) ? [{ provider, model, plain }] : [];
    });
    const first = hits[0];
    if (first === undefined) return undefined;
    const candidates = hits.map(({ provider, model, plain }) => ({
      provider: provider.name,
      model: plain,
      priceKey: `${provider.catalogue}/${model.id}`,
    }));
    const createdAtS = modelCreatedAtS(first.plain);
    const found = { id: first.model.id, ownedBy: first.provider.name, createdAtS, candidates };
    if (remembered.size < SNAPSHOTS_REMEMBERED_MAX) remembered.set(name, found);
    return found;
  };
}

function candidatesOf(provider: ProviderConfig, readCatalogue: ReadCatalogue): readonly ModelCandidate[] {
  // The name is sent on as it was given.
  return providerModels(provider, readCatalogue).map(({ name, priceKey }) => ({
    provider: provider.name,
    model: name,
    priceKey,
  }));
}
