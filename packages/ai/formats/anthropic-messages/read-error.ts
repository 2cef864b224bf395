import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ProviderError, ProviderErrorKind } from '../../answer-decoder.ts';

/** What Anthropic's types say. `invalid_request_error` says little: its words decide. */
const kindsByType: ReadonlyMap<string, ProviderErrorKind> = new Map([
  ['authentication_error', 'key'],
  ['permission_error', 'key'],
  ['billing_error', 'balance'],
  ['not_found_error', 'not-here'],
  ['request_too_large', 'not-here'],
  ['rate_limit_error', 'rate'],
  ['overloaded_error', 'overload'],
  ['timeout_error', 'timeout'],
  ['api_error', 'server'],
  ['conflict_error', 'server'],
]);

const kindsByStatus: ReadonlyMap<number, ProviderErrorKind> = new Map([
  [400, 'request'],
  [401, 'key'],
  [402, 'balance'],
  [403, 'key'],
  [404, 'not-here'],
  [405, 'not-here'],
  [408, 'timeout'],
  [409, 'server'],
  [413, 'not-here'],
  [422, 'request'],
  [429, 'rate'],
  [503, 'overload'],
  [504, 'timeout'],
  [529, 'overload'],
]);

/** Words of refusals whose type says less. */
const kindsByWords: readonly (readonly [words: RegExp, kind: ProviderErrorKind])[] = [
  [
    /prompt is too long|exceeds? (?:the )?(?:maximum )?context|maximum context length|context window/i,
    'context-window',
  ],
  [/credit balance|insufficient (?:balance|quota|funds)|spend(?:ing)? limit/i, 'balance'],
  [/content filter|content policy|usage polic/i, 'content-policy'],
];
/** Their words are read only where the status is one of these: a rate limit may speak of quotas, too. */
const wordStatuses: ReadonlySet<number> = new Set([0, 200, 400, 402, 403, 422]);

const MESSAGE_MAX_CHARACTERS = 4_096;
/** `messages.1.content.0.image.source: ...` */
const field = /^([a-z_]+(?:\.[a-z0-9_]+)*): /;

/** `enforced_spend_limit_reached` and its kin come as rate limits, and do not pass by. */
const spendLimit = /spend_limit_reached$/;

/**
 * What a provider's error says. `status`: 0 for one in the middle of an answer. `document`: its JSON, which other makers'
 * gateways write in forms of their own; null: it has none. `text`: the whole of it.
 */
export function readMessagesError(status: number, document: JsonObject | null, text: string): ProviderError {
  const error = asObject(document?.['error']);
  const type = textOf(error?.['type']);
  const message = messageOf(document, error) || (document === null ? text.trim() : '');
  const code = textOf(asObject(error?.['details'])?.['error_code']) || textOf(error?.['code']) || type;
  return {
    kind: spendLimit.test(code) ? 'balance' : kindOf(status, type, message),
    message: message.slice(0, MESSAGE_MAX_CHARACTERS),
    code,
    param: field.exec(message)?.[1] ?? textOf(error?.['param']),
  };
}

function kindOf(status: number, type: string, message: string): ProviderErrorKind {
  const byWords = wordStatuses.has(status) ? kindsByWords.find(([words]) => words.test(message))?.[1] : undefined;
  if (byWords !== undefined) return byWords;
  const byType = kindsByType.get(type);
  if (byType !== undefined) return byType;
  if (status === 0 && type === 'invalid_request_error') return 'request';
  return kindsByStatus.get(status) ?? (status >= 500 ? 'server' : 'unknown');
}

function messageOf(document: JsonObject | null, error: JsonObject | null): string {
  const detail = document?.['detail'];
  const details = asArray(detail).map((each) => textOf(asObject(each)?.['msg']));
  return (
    textOf(error?.['message']) ||
    textOf(document?.['error']) ||
    textOf(document?.['message']) ||
    textOf(asObject(document?.['base_resp'])?.['status_msg']) ||
    textOf(detail) ||
    details.filter((each) => each !== '').join('; ')
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
