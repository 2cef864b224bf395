import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';

/**
 * The most that one image is counted as by any model: gpt-4o-mini takes 2,833 tokens and 5,667 for each of at most 8
 * tiles, 48,169. Others take a few thousand.
 */
const IMAGE_TOKENS_MAX = 50_000;

/** As many as OpenAI takes in a request; keeps the bound within the contract's 32 bits. */
const IMAGES_MAX = 1_500;

/** What an image is usually counted as; a byte of text is a quarter of a token. */
const IMAGE_TOKENS_USUAL = 1_000;
const BYTES_PER_TOKEN = 4;

/** What providers put before a prompt on their own: Anthropic's for tools is 530 tokens, OpenAI's frame a few tens. */
const HIDDEN_PROMPT_TOKENS_MAX = 1_000;

/**
 * More prompt tokens than any provider can count for a request, and an estimate of what it will count.
 *
 * Every token stands for at least one byte of UTF-8, and a JSON text is never shorter than the strings it holds, so that
 * the body's length bounds its text under any tokenizer, without running one. Images do not count by their bytes: those
 * of data URLs are taken off, and each image counts as the dearest one there is.
 */
export function promptTokensBound(
  bodyBytes: number,
  messages: readonly JsonObject[],
): { tokens: number; estimate: number } | { refusal: Refusal } {
  let images = 0;
  let imageBytes = 0;
  for (const { content } of messages) {
    if (!Array.isArray(content)) continue;
    for (const part of content) {
      // In a part of another type a provider may see it too, or take it for so much text.
      if (part.type !== 'image_url' && !part.image_url) continue;
      images++;
      if (part.type === 'image_url') imageBytes += dataBytesOf(part.image_url);
    }
  }
  if (images > IMAGES_MAX) {
    return { refusal: invalid(`Too many images: a request may have ${IMAGES_MAX}.`, 'messages') };
  }
  const textBytes = bodyBytes - imageBytes;
  return {
    tokens: textBytes + images * IMAGE_TOKENS_MAX + HIDDEN_PROMPT_TOKENS_MAX,
    estimate: Math.ceil(textBytes / BYTES_PER_TOKEN) + images * IMAGE_TOKENS_USUAL,
  };
}

/** At most the bytes that an image's base64 takes up in the body; 0 for an image that is not in the body. */
function dataBytesOf(image: unknown): number {
  const url = isJsonObject(image) ? image['url'] : image;
  if (typeof url !== 'string' || !url.startsWith('data:image/')) return 0;
  const comma = url.indexOf(',');
  return comma === -1 ? 0 : url.length - comma - 1;
}
