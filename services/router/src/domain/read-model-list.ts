import { asObject } from '#kernel/json.ts';

/** A page of a provider's list of models. */
export interface ModelListPage {
  readonly models: readonly string[];
  /** What comes next in the query; null: it is the last page. */
  readonly next: Readonly<Record<string, string>> | null;
}

/** No model has a longer name; a text like that is no name. */
const NAME_MAX_CHARS = 200;

/**
 * Reads a page: OpenAI's and Anthropic's (`data[].id`), a bare list (Together), Gemini's and Ollama's own (`models[].name`).
 * null: it is none of them.
 */
export function readModelList(text: string): ModelListPage | null {
  const document = parsed(text);
  const rows = rowsOf(document);
  if (rows === null) return null;
  const models = rows.flatMap((row) => nameOf(row) ?? []);
  // A list of what have no names is a list of something else.
  if (rows.length > 0 && models.length === 0) return null;
  return { models, next: nextOf(asObject(document)) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function rowsOf(document: unknown): readonly unknown[] | null {
  if (Array.isArray(document)) return document;
  const { data, models } = asObject(document) ?? {};
  if (Array.isArray(data)) return data;
  return Array.isArray(models) ? models : null;
}

/** Gemini writes `models/` before its names, and is asked for them without. */
function nameOf(row: unknown): string | undefined {
  const { id, name } = asObject(row) ?? {};
  const text = typeof id === 'string' ? id : name;
  if (typeof text !== 'string' || text.length > NAME_MAX_CHARS || /[\p{Cc}\p{Cf}]/u.test(text)) return undefined;
  const model = text.replace(/^models\//, '');
  return model === '' ? undefined : model;
}

function nextOf(document: ReturnType<typeof asObject>): ModelListPage['next'] {
  const { has_more: hasMore, last_id: lastId, nextPageToken } = document ?? {};
  if (typeof nextPageToken === 'string' && nextPageToken !== '') return { pageToken: nextPageToken };
  return hasMore === true && typeof lastId === 'string' && lastId !== '' ? { after_id: lastId } : null;
}
