import { asObject, type JsonObject } from '#kernel/json.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import { readMessagesError } from './read-error.ts';

/**
 * Whether a document or an event is an error, whatever status it came with: Anthropic's own, another's `error`, or a
 * `base_resp` with a status (MiniMax).
 */
export function isFailed(document: JsonObject): boolean {
  if (document['type'] === 'error') return true;
  if (saysError(document['error']) && !Array.isArray(document['content'])) return true;
  const status = asObject(document['base_resp'])?.['status_code'];
  return status !== undefined && status !== null && Number(status) !== 0;
}

/** What it says. The status of its own is 0: it came in an answer. */
export function failureOf(document: JsonObject): ProviderError {
  return readMessagesError(0, document, '');
}

/** `null`, `{}` and `""` say nothing. */
function saysError(error: unknown): boolean {
  if (typeof error === 'string') return error !== '';
  return Object.keys(asObject(error) ?? {}).length > 0;
}
