import { catalogueModels } from '#catalogue/catalogue-models.ts';
import { systemClock } from '#kernel/clock.ts';
import type { Kind } from './kinds.ts';
import { buildModelTable, type ModelTable } from './model-table.ts';
import type { ReadCatalogue } from './provider-names.ts';
import type { Registry } from './registry.ts';

/** The kinds that names of models come from. */
const sources = ['provider', 'model', 'alias', 'price', 'route', 'settings'] as const satisfies readonly Kind[];

/**
 * The model table of policy as it stands at each look. It is built by the first look after a change and not by the change:
 * a thousand prices at once are one table, and who has changed a model finds it changed.
 */
export function liveModels(registry: Pick<Registry, 'all' | 'watch'>, readCatalogue = keptCatalogue): ModelTable {
  let table: ModelTable | undefined;
  for (const kind of sources) {
    registry.watch(kind, () => {
      table = undefined;
    });
  }
  const current = (): ModelTable => {
    table ??= buildModelTable(registry, readCatalogue);
    return table;
  };
  return {
    find: (name, caller, request) => current().find(name, caller, request),
    routes: (name, caller, request) => current().routes(name, caller, request),
    list: () => current().list(),
  };
}

const kept = new Map<string, ReturnType<ReadCatalogue>>();

/** The catalogue's names, read once: it converts every price, and the installed catalogue stays the same. */
export const keptCatalogue: ReadCatalogue = (catalogueId) => {
  const known = kept.get(catalogueId);
  if (known !== undefined) return known;
  const models = catalogueModels(catalogueId, systemClock());
  if (models.length > 0) kept.set(catalogueId, models);
  return models;
};
