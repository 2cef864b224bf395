import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ProviderError, ProviderErrorKind } from '../../answer-decoder.ts';
import { errorKind } from '../../errors/error-kind.ts';

/** What Google's status names say (google.rpc.Code). INVALID_ARGUMENT and FAILED_PRECONDITION say little: the words decide. */
const kindsByStatus: ReadonlyMap<string, ProviderErrorKind> = new Map([
  ['UNAUTHENTICATED', 'key'],
  ['PERMISSION_DENIED', 'key'],
  ['NOT_FOUND', 'not-here'],
  ['UNIMPLEMENTED', 'not-here'],
  ['RESOURCE_EXHAUSTED', 'rate'],
  ['UNAVAILABLE', 'overload'],
  ['DEADLINE_EXCEEDED', 'timeout'],
  ['INTERNAL', 'server'],
  ['ABORTED', 'server'],
]);

const MESSAGE_MAX_CHARACTERS = 4_096;
/** "Invalid value at 'contents[0].role'". */
const field = /'([a-zA-Z_][\w.[\]]*)'/;
const badKey = /API key (?:not valid|expired|not found)|API_KEY_INVALID/i;
const spent = /prepayment credits are depleted/i;
const depleted = /billing (?:account|to be enabled)|check your plan and billing/i;

/**
 * What a provider's error says: `{error: {code, message, status, details}}`, alone or in an array. `status`: 0 for one in the middle
 * of an answer. `document` null: it has none. https://ai.google.dev/gemini-api/docs/troubleshooting
 */
export function readGeminiError(status: number, document: JsonObject | null, text: string): ProviderError {
  const error = asObject(document?.['error']) ?? document;
  const name = textOf(error?.['status']);
  const message = (textOf(error?.['message']) || (document === null ? text.trim() : '')).slice(
    0,
    MESSAGE_MAX_CHARACTERS,
  );
  return {
    kind: kindOf(name, status, message, error),
    message,
    code: name || textOf(error?.['code']),
    param: field.exec(message)?.[1] ?? '',
  };
}

function kindOf(name: string, status: number, message: string, error: JsonObject | null): ProviderErrorKind {
  const reasons = asArray(error?.['details']).map((detail) => textOf(asObject(detail)?.['reason']));
  if (badKey.test(message) || reasons.includes('API_KEY_INVALID')) return 'key';
  if (spent.test(message) || (depleted.test(message) && name !== 'RESOURCE_EXHAUSTED')) return 'balance';
  const told = errorKind({ status: status || Number(error?.['code']) || 0, codes: [], message });
  if (told === 'context-window' || told === 'content-policy') return told;
  return kindsByStatus.get(name) ?? told;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
