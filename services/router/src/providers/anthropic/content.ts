import { asObject, type JsonObject } from '#kernel/json.ts';
import { refuse } from './refuse.ts';

const dataUrl = /^data:([^;,]+);base64,/;

/** A user's content, a text or parts, as blocks. Leaves empty texts out, because Anthropic refuses them. */
export function convertContent(content: unknown, param: string): readonly JsonObject[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (content === null || content === undefined) return [];
  if (!Array.isArray(content)) throw refuse(`${param}.content`, 'Content has to be a text or an array of parts.');
  return content.flatMap((value: unknown, index) => {
    const part = asObject(value);
    const block = part ? convertPart(part, `${param}.content.${index}`) : null;
    if (!block) return [];
    // An extension that other gateways have, too: the client marks parts for Anthropic's prompt cache.
    return [asObject(part?.['cache_control']) ? { ...block, cache_control: part?.['cache_control'] } : block];
  });
}

/** The same for places where only text may stand. */
export function textBlocks(content: unknown, param: string): readonly JsonObject[] {
  const blocks = convertContent(content, param);
  if (blocks.some((block) => block['type'] !== 'text')) throw refuse(`${param}.content`, 'Only text can stand here.');
  return blocks;
}

function convertPart(part: JsonObject, param: string): JsonObject | null {
  switch (part['type']) {
    case 'text':
    case 'refusal': {
      const text = part['text'] ?? part['refusal'];
      return typeof text === 'string' && text !== '' ? { type: 'text', text } : null;
    }
    case 'image_url':
      return { type: 'image', source: sourceOf(asObject(part['image_url'])?.['url'], param) };
    default:
      throw refuse(param, `Parts of type '${String(part['type'])}' are not supported by this model.`);
  }
}

function sourceOf(url: unknown, param: string): JsonObject {
  const text = typeof url === 'string' ? url : '';
  const [prefix, mediaType] = dataUrl.exec(text) ?? [];
  if (prefix) return { type: 'base64', media_type: mediaType, data: text.slice(prefix.length) };
  if (/^https?:\/\//.test(text)) return { type: 'url', url: text };
  throw refuse(param, 'A picture has to be a base64 data URL or an http(s) URL.');
}
