import { asArray, asObject, isJsonObject, type JsonObject } from '#kernel/json.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { writeJson } from '../../json/write-json.ts';
import { isCarried } from './proof.ts';

const claude = /claude/i;

/**
 * The messages of a request without the thoughts of other makers' models, which the gateway has written in this format
 * before; null where there are none. Claude refuses thoughts without its signature, so that a conversation which another
 * model has begun could never go on with it.
 */
export function withoutUnsigned(body: Buffer, parsed: JsonObject, model: string): string | null {
  const isUnsigned = unsignedFor(model);
  if (!asArray(parsed['messages']).some((message) => contentOf(message).some(isUnsigned))) return null;
  const messages = asArray(parseObjectKeptDigits(body.toString())?.['messages']);
  return writeJson(messages.flatMap((message) => signed(message, isUnsigned)));
}

type IsUnsigned = (block: unknown) => boolean;

function unsignedFor(model: string): IsUnsigned {
  const isClaude = claude.test(model);
  return (value) => {
    if (!isJsonObject(value) || value['type'] !== 'thinking') return false;
    return isCarried(value['signature']) || (isClaude && (value['signature'] ?? '') === '');
  };
}

/** A message of such thoughts alone goes with them. */
function signed(message: unknown, isUnsigned: IsUnsigned): readonly unknown[] {
  const content = contentOf(message);
  if (!content.some(isUnsigned)) return [message];
  const kept = content.filter((block) => !isUnsigned(block));
  return kept.length === 0 ? [] : [{ ...asObject(message), content: kept }];
}

function contentOf(message: unknown): readonly unknown[] {
  return asArray(asObject(message)?.['content']);
}
