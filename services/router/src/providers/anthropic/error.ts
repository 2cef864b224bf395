import { asObject, parseObject } from '#kernel/json.ts';

/** Anthropic's error document in OpenAI's shape; null if it is no such document. */
export function readAnthropicError(bytes: Buffer): Buffer | null {
  const error = asObject(parseObject(bytes.toString())?.['error']);
  const message = error?.['message'];
  if (typeof message !== 'string') return null;
  const type = typeof error?.['type'] === 'string' ? error['type'] : 'invalid_request_error';
  return Buffer.from(JSON.stringify({ error: { message, type, param: null, code: type } }));
}
