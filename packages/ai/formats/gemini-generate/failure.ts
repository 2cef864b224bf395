import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import { readGeminiError } from './read-error.ts';

/** Whether a document or an event is an error, whatever status it came with. */
export function isFailed(document: JsonObject): boolean {
  return Object.keys(asObject(document['error']) ?? {}).length > 0 && !Array.isArray(document['candidates']);
}

/** What it says. The status of its own is 0: it came in an answer. */
export function failureOf(document: JsonObject): ProviderError {
  return readGeminiError(0, document, '');
}

/** An error that stands in a stream and is no event: `{error}`, or `[{error}]`. null: it is none. */
export function bareFailure(text: string): JsonObject | null {
  const trimmed = text.trim();
  const document = trimmed.startsWith('[') ? firstOf(trimmed) : parseObject(trimmed);
  return document !== null && isFailed(document) ? document : null;
}

function firstOf(text: string): JsonObject | null {
  try {
    return asObject(asArray(JSON.parse(text))[0]);
  } catch {
    return null;
  }
}
