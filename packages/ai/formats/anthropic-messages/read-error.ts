import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ProviderError, ProviderErrorKind } from '../../answer-decoder.ts';
import { awsErrorName, readAwsError } from '../../errors/aws-error.ts';
import { errorKind } from '../../errors/error-kind.ts';
import type { ErrorHeaders } from '../../format.ts';

/** What Anthropic's types say. `invalid_request_error` says little, and so do other gateways: words and status decide. */
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

const MESSAGE_MAX_CHARACTERS = 4_096;
/** `messages.1.content.0.image.source: ...` */
const field = /^([a-z_]+(?:\.[a-z0-9_]+)*): /;

/** `enforced_spend_limit_reached` and its kin come as rate limits, and do not pass by. */
const spendLimit = /spend_limit_reached$/;

/**
 * What a provider's error says. `status`: 0 for one in the middle of an answer. `document`: its JSON, which other makers'
 * gateways write in forms of their own; null: it has none. `text`: the whole of it.
 */
export function readMessagesError(
  status: number,
  document: JsonObject | null,
  text: string,
  headers: ErrorHeaders = {},
): ProviderError {
  // Amazon's own door to Claude refuses in Amazon's own form.
  const awsName = awsErrorName(headers);
  if (awsName !== '' && document?.['error'] === undefined) {
    return readAwsError({ status, name: awsName, document, text });
  }
  const error = asObject(document?.['error']);
  const type = textOf(error?.['type']);
  const message = messageOf(document, error) || (document === null ? text.trim() : '');
  const code = textOf(asObject(error?.['details'])?.['error_code']) || textOf(error?.['code']) || type;
  return {
    kind: spendLimit.test(code)
      ? 'balance'
      : (kindsByType.get(type) ?? errorKind({ status, codes: [code, type], message })),
    message: message.slice(0, MESSAGE_MAX_CHARACTERS),
    code,
    param: field.exec(message)?.[1] ?? textOf(error?.['param']),
  };
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
