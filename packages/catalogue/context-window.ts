import { findProvider } from '@pydantic/genai-prices';
import { aliasesOf } from './aliases-of.ts';

const windows = new Map<string, ReadonlyMap<string, number>>();

/** The context of a model in tokens, as the price catalogue has it; 0: not known. */
export function contextWindow(catalogueId: string, modelId: string): number {
  let known = windows.get(catalogueId);
  if (known === undefined) {
    known = readWindows(catalogueId);
    windows.set(catalogueId, known);
  }
  return known.get(modelId) ?? 0;
}

function readWindows(catalogueId: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { id, match, context_window: tokens } of findProvider({ providerId: catalogueId })?.models ?? []) {
    if (tokens === undefined || !Number.isSafeInteger(tokens)) continue;
    for (const name of [id, ...aliasesOf(match)]) if (!found.has(name)) found.set(name, tokens);
  }
  return found;
}
