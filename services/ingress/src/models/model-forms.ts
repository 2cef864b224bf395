import type { Dialect } from '../http/dialect.ts';
import { anthropicListQuery, anthropicListsInQuery, anthropicPage } from './anthropic-page.ts';
import { geminiPage } from './gemini-page.ts';
import { anthropicModel, geminiModel, openAiModel, type ShownModel } from './model-documents.ts';

/** How models are told to the clients of one API. */
export interface ModelForm {
  readonly listQuery: readonly string[];
  /** Those of it that hold several values. */
  readonly listsInQuery?: readonly string[];
  readonly oneQuery: readonly string[];
  list(models: readonly ShownModel[], query: URLSearchParams): unknown;
  one(model: ShownModel): unknown;
}

/** Codex says its version. `api-version` is Azure's SDK's with every request. */
const openAiQuery = ['client_version', 'api-version'] as const;

export const modelForms: Readonly<Record<Dialect, ModelForm>> = {
  openai: { listQuery: openAiQuery, oneQuery: openAiQuery, list: openAiList, one: openAiModel },
  anthropic: {
    listQuery: anthropicListQuery,
    listsInQuery: anthropicListsInQuery,
    oneQuery: ['beta'],
    list: anthropicPage,
    one: anthropicModel,
  },
  google: { listQuery: ['pageSize', 'pageToken'], oneQuery: [], list: geminiPage, one: geminiModel },
};

function openAiList(models: readonly ShownModel[], query: URLSearchParams) {
  const list = { object: 'list', data: models.map(openAiModel) };
  // Codex reads `models` alone. Each model there brings the instructions that Codex works by, which are not the gateway's to
  // write: an empty list leaves Codex with those it has.
  return query.has('client_version') ? { ...list, models: [] } : list;
}
