import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { audioBound } from '../../ask/audio-bound.ts';
import { boundWithFiles, countFile, type FileCount, noFiles, usualFileTokens } from '../../ask/file-bound.ts';
import type { Held } from '../../ask/needs-of-model.ts';
import {
  BYTES_PER_TOKEN,
  HIDDEN_PROMPT_TOKENS_MAX,
  IMAGE_TOKENS_MAX,
  IMAGE_TOKENS_USUAL,
  IMAGES_MAX,
  PROMPT_TOKENS_MAX,
} from '../../ask/prompt-counts.ts';

/** What a search puts before the model: some tens of pages' extracts, a few hundred words each. */
const SEARCH_TOKENS_MAX = 25_000;

/** An earlier answer in sound that is named by its id: OpenAI's audio models write at most so many tokens. */
const AUDIO_ANSWER_TOKENS_MAX = 16_384;

/** What a prompt counts, at the most and usually, before the bytes of its text are counted. */
interface Measure {
  images: number;
  sounds: number;
  readonly files: FileCount;
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
 * (`audioBound`), nor documents, which no bytes bound (`file-bound.ts`).
 */
export function promptBound(
  bodyBytes: number,
  messages: readonly JsonObject[],
  searches: number,
): { tokens: number; estimate: number; held: Held } | { refusal: Refusal } {
  const measure: Measure = { images: 0, sounds: 0, files: noFiles(), dataBytes: 0, tokens: 0, estimate: 0 };
  for (const [at, { content, audio }] of messages.entries()) {
    if (isJsonObject(audio)) {
      measure.sounds++;
      add(measure, AUDIO_ANSWER_TOKENS_MAX, AUDIO_ANSWER_TOKENS_MAX / 8);
    }
    if (!Array.isArray(content)) continue;
    for (const [place, part] of content.entries()) {
      const refusal = addPart(measure, part, `messages[${at}].content[${place}]`);
      if (refusal !== undefined) return { refusal };
    }
  }
  const { images, sounds, files } = measure;
  if (images > IMAGES_MAX)
    return { refusal: invalid(`Too many images: a request may have ${IMAGES_MAX}.`, 'messages') };
  const textBytes = bodyBytes - measure.dataBytes - files.dataBytes;
  const mediaTokens = images * IMAGE_TOKENS_MAX + measure.tokens + searches * SEARCH_TOKENS_MAX;
  const tokens = boundWithFiles(files, textBytes + mediaTokens + HIDDEN_PROMPT_TOKENS_MAX);
  if (tokens > PROMPT_TOKENS_MAX)
    return { refusal: invalid('The prompt has more sounds than can be counted.', 'messages') };
  return {
    tokens,
    estimate:
      Math.ceil(textBytes / BYTES_PER_TOKEN) + images * IMAGE_TOKENS_USUAL + usualFileTokens(files) + measure.estimate,
    held: { images, sounds, files: files.documents + files.texts },
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
    measure.sounds++;
    const bound = audioBound(part['input_audio'], `${param}.input_audio`);
    if ('refusal' in bound) return bound.refusal;
    measure.dataBytes += bound.dataBytes;
    add(measure, bound.tokens, bound.estimate);
  } else if (isJsonObject(part['file']) && typeof part['file']['file_data'] === 'string') {
    countFile(measure.files, part['file']['file_data']);
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
