import type { ProviderErrorKind } from '../../answer-decoder.ts';

/** What codes and types of OpenAI's errors mean. Codes are more exact than types, so they are looked up first. */
const kinds: ReadonlyMap<string, ProviderErrorKind> = new Map([
  ['context_length_exceeded', 'context-window'],
  ['content_filter', 'content-policy'],
  ['content_policy_violation', 'content-policy'],
  ['bio_policy', 'content-policy'],
  ['cyber_policy', 'content-policy'],
  ['misalignment_policy_violation', 'content-policy'],
  ['image_content_policy_violation', 'content-policy'],
  ['invalid_prompt', 'content-policy'],
  ['model_not_found', 'not-here'],
  ['unsupported_model', 'not-here'],
  ['data_residency_mismatch', 'not-here'],
  ['rate_limit_exceeded', 'rate'],
  ['rate_limit_error', 'rate'],
  ['tokens', 'rate'],
  ['requests', 'rate'],
  ['slow_down', 'overload'],
  ['server_is_overloaded', 'overload'],
  ['overloaded_error', 'overload'],
  ['insufficient_quota', 'balance'],
  ['billing_hard_limit_reached', 'balance'],
  ['billing_not_active', 'balance'],
  ['usage_not_included', 'balance'],
  ['invalid_api_key', 'key'],
  ['account_deactivated', 'key'],
  ['authentication_error', 'key'],
  ['permission_error', 'key'],
  ['vector_store_timeout', 'timeout'],
  ['timeout', 'timeout'],
  ['server_error', 'server'],
  ['internal_error', 'server'],
  ['invalid_request_error', 'request'],
  ['invalid_image', 'request'],
  ['invalid_image_format', 'request'],
  ['invalid_base64_image', 'request'],
  ['invalid_image_url', 'request'],
  ['image_too_large', 'request'],
  ['image_too_small', 'request'],
  ['image_parse_error', 'request'],
  ['invalid_image_mode', 'request'],
  ['image_file_too_large', 'request'],
  ['unsupported_image_media_type', 'request'],
  ['empty_image_file', 'request'],
  ['failed_to_download_image', 'request'],
  ['image_file_not_found', 'request'],
]);

const statuses: ReadonlyMap<number, ProviderErrorKind> = new Map([
  [401, 'key'],
  [402, 'balance'],
  [403, 'key'],
  [404, 'not-here'],
  [405, 'not-here'],
  [408, 'timeout'],
  [413, 'not-here'],
  [429, 'rate'],
  [503, 'overload'],
  [504, 'timeout'],
  [529, 'overload'],
]);

/** Words of providers whose codes do not tell. */
const contextWords =
  /maximum context length|context window|prompt is too long|input token count exceeds|input is too long/i;

/** `status`: 0 where the error came in the middle of an answer. */
export function kindOfError(status: number, code: string, type: string, message: string): ProviderErrorKind {
  const isClients = status === 0 || status === 400 || status === 413 || status === 422;
  if (isClients && contextWords.test(message)) return 'context-window';
  // An empty account answers 429 as a busy one does: only the code tells.
  const byCode = kinds.get(code) ?? kinds.get(type);
  if (byCode !== undefined && byCode !== 'request') return byCode;
  const byStatus = statuses.get(status);
  if (byStatus !== undefined) return byStatus;
  if (status >= 500) return 'server';
  if (byCode === 'request' || (status >= 400 && status < 500)) return 'request';
  return 'unknown';
}
