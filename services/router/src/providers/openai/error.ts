import { asObject, parseObject } from '#kernel/json.ts';

/** The provider's own error document, byte for byte, if it is one. */
export function readOpenAiError(bytes: Buffer): Buffer | null {
  return asObject(parseObject(bytes.toString())?.['error']) ? bytes : null;
}
