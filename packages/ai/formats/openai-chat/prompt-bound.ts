import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { audioBound } from './audio-bound.ts';

/**
 * The most that one image is counted as by any model: gpt-4o-mini takes 2,833 tokens and 5,667 for each of at most 8
 * tiles, 48,169. Others take a few thousand.
 */
const IMAGE_TOKENS_MAX = 50_000;

/** As many as OpenAI takes in a request; keeps the bound within the contract's 32 bits. */
const IMAGES_MAX = 1_500;

/** What the contract's 32 bits hold. */
const PROMPT_TOKENS_MAX = 2 ** 31 - 1;

/** What an image is usually counted as; a byte of text is a quarter of a token. */
const IMAGE_TOKENS_USUAL = 1_000;
const BYTES_PER_TOKEN = 4;

/** What providers put before a prompt on their own: Anthropic's for tools is 530 tokens, OpenAI's frame a few tens. */
const HIDDEN_PROMPT_TOKENS_MAX = 1_000;

/** What a search puts before the model: some tens of pages' extracts, a few hundred words each. */
const SEARCH_TOKENS_MAX = 25_000;

/** An earlier answer in sound that is named by its id: OpenAI's audio models write at most so many tokens. */
const AUDIO_ANSWER_TOKENS_MAX = 16_384;

/**
 * A page of a document is read as its text and as a picture. The picture counts some 1,100 tokens (gpt-4o-mini alone takes
 * 37,000, at a sixteenth of the price), and a page of small print has no more than 7,000.
 */
const PAGE_TOKENS_MAX = 8_000;
/** A page of text takes up some 3,000 bytes in a PDF, compressed; less than this hardly any. */
const PAGE_BYTES_MIN = 1_000;
/** As many as any provider takes in a document. */
const PAGES_MAX = 1_000;

/** What a prompt counts, at the most and usually, before the bytes of its text are counted. */
interface Measure {
  images: number;
  /** Bytes of the body that are pictures or sounds, and no text under any tokenizer. */
  dataBytes: number;
  tokens: number;
  estimate: number;
}

/**
 * More prompt tokens than any provider can count for a request, and an estimate of what it will count.
 *
 * Every token stands for at least one byte of UTF-8, and a JSON text is never shorter than the strings it holds, so that
 * the body's length bounds its text under any tokenizer, without running one. Images do not count by their bytes: those
 * of data URLs are taken off, and each image counts as the dearest one there is. Nor do sounds, which count by their length
 * (`audioBound`). A file's bytes count as text, and besides each page that it may have.
 */
export function promptBound(
  bodyBytes: number,
  messages: readonly JsonObject[],
  searches: number,
): { tokens: number; estimate: number } | { refusal: Refusal } {
  const measure: Measure = { images: 0, dataBytes: 0, tokens: 0, estimate: 0 };
  for (const [at, { content, audio }] of messages.entries()) {
    if (isJsonObject(audio)) add(measure, AUDIO_ANSWER_TOKENS_MAX, AUDIO_ANSWER_TOKENS_MAX / 8);
    if (!Array.isArray(content)) continue;
    for (const [place, part] of content.entries()) {
      const refusal = addPart(measure, part, `messages[${at}].content[${place}]`);
      if (refusal !== undefined) return { refusal };
    }
  }
  const { images, dataBytes } = measure;
  if (images > IMAGES_MAX)
    return { refusal: invalid(`Too many images: a request may have ${IMAGES_MAX}.`, 'messages') };
  const textBytes = bodyBytes - dataBytes;
  const mediaTokens = images * IMAGE_TOKENS_MAX + measure.tokens + searches * SEARCH_TOKENS_MAX;
  const tokens = textBytes + mediaTokens + HIDDEN_PROMPT_TOKENS_MAX;
  if (tokens > PROMPT_TOKENS_MAX)
    return { refusal: invalid('The prompt has more files and sounds than can be counted.', 'messages') };
  return {
    tokens,
    estimate: Math.ceil(textBytes / BYTES_PER_TOKEN) + images * IMAGE_TOKENS_USUAL + measure.estimate,
  };
}

function add(measure: Measure, tokens: number, estimate: number): void {
  measure.tokens += tokens;
  measure.estimate += Math.ceil(estimate);
}

function addPart(measure: Measure, part: JsonObject, param: string): Refusal | undefined {
  // In a part of another type a provider may see it too, or take it for so much text.
  if (part['type'] === 'image_url' || part['image_url']) {
    measure.images++;
    if (part['type'] === 'image_url') measure.dataBytes += dataBytesOf(part['image_url'], 'data:image/');
  }
  if (part['type'] === 'input_audio') {
    const bound = audioBound(part['input_audio'], `${param}.input_audio`);
    if ('refusal' in bound) return bound.refusal;
    measure.dataBytes += bound.dataBytes;
    add(measure, bound.tokens, bound.estimate);
  } else if (isJsonObject(part['file']) && typeof part['file']['file_data'] === 'string') {
    const pages = Math.min(PAGES_MAX, Math.ceil(part['file']['file_data'].length / PAGE_BYTES_MIN));
    add(measure, pages * PAGE_TOKENS_MAX, 0);
  }
  return undefined;
}

/** At most the bytes that an image's base64 takes up in the body; 0 for an image that is not in the body. */
function dataBytesOf(image: unknown, beginning: string): number {
  const url = isJsonObject(image) ? image['url'] : image;
  if (typeof url !== 'string' || !url.startsWith(beginning)) return 0;
  const comma = url.indexOf(',');
  return comma === -1 ? 0 : url.length - comma - 1;
}
