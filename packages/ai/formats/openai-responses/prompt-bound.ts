import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { asArray, asObject, isJsonObject, type JsonObject } from '#kernel/json.ts';
import { notPriced } from '../../ask/problems.ts';
import { noReference } from './no-reference.ts';

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
/** What providers put before a prompt on their own: for tools some hundred tokens, for the frame a few tens. */
const HIDDEN_PROMPT_TOKENS_MAX = 1_000;

/**
 * What a provider writes into the prompt about a tool that it describes itself (a shell, a computer, a search). The longest
 * description of such a tool that is known, Anthropic's for a set of 31, has some 20,000 for all of them; one has 2,000.
 */
const BUILT_IN_TOOL_TOKENS_MAX = 5_000;
/** Tools that the client describes: their descriptions are in the body. */
const describedTools: ReadonlySet<unknown> = new Set(['function', 'custom', 'namespace']);

/**
 * The text of a document can be packed a thousand times shorter than it is, and its pages are counted as pictures as well. No
 * bytes bound that; the longest context of any model does, for the whole of a prompt.
 */
const CONTEXT_TOKENS_MAX = 2_100_000;
/** A page of a document as text and picture, and what it usually takes of a file. */
const FILE_TOKENS_USUAL = 10_000;

/** MP3 has at least 8 kbit a second, and a second of sound is 10 tokens at OpenAI; half of that for whom counts more. */
const AUDIO_BYTES_PER_TOKEN = 50;

/** A search, however often the model reads on in it, leaves at most this in its context, by OpenAI's own limit. */
const SEARCH_CONTEXT_TOKENS_MAX = 128_000;
const SEARCH_TOKENS_USUAL = 8_000;

/** What 32 bits of the contract hold. */
const BOUND_MAX_TOKENS = 2 ** 31 - 1;

export interface PromptBound {
  readonly tokens: number;
  readonly estimate: number;
  readonly hasAudio: boolean;
  /** A part is to be kept in the cache for twelve hours. */
  readonly hasLongCache: boolean;
}

/** What of the input does not count by its bytes. */
interface Media {
  images: number;
  files: number;
  /** Bytes of the body that are no text. */
  bytes: number;
  audioTokens: number;
  hasLongCache: boolean;
}

/** A refusal whose `param` is put together on the way back from what was found. */
type Found = { readonly path: string; readonly refuse: (param: string) => Refusal };

/**
 * More prompt tokens than any provider can count for a request, and an estimate of what it will count.
 *
 * Every token stands for at least one byte of UTF-8, and a JSON text is never shorter than the strings it holds, so that the
 * body's length bounds its text under any tokenizer. Pictures, sounds and documents do not count by their bytes. With each
 * search on the web the model reads its prompt once more, and what the searches found.
 */
export function promptBound(
  body: JsonObject,
  bodyBytes: number,
  searches: number,
): PromptBound | { readonly refusal: Refusal } {
  const media: Media = { images: 0, files: 0, bytes: 0, audioTokens: 0, hasLongCache: false };
  const found = readMedia(body['input'], media);
  if (found !== null) return { refusal: found.refuse(`input${found.path}`) };
  if (media.images > IMAGES_MAX) {
    return { refusal: invalid(`Too many images: a request may have ${IMAGES_MAX}.`, 'input') };
  }
  const builtIn = asArray(body['tools']).filter((tool) => !describedTools.has(asObject(tool)?.['type'])).length;
  const hiddenTokens = HIDDEN_PROMPT_TOKENS_MAX + builtIn * BUILT_IN_TOOL_TOKENS_MAX;
  const textTokens = bodyBytes - media.bytes + hiddenTokens;
  const all = textTokens + media.images * IMAGE_TOKENS_MAX + media.audioTokens;
  const once = media.files > 0 ? Math.max(all, CONTEXT_TOKENS_MAX) : all;
  const likely =
    Math.ceil((bodyBytes - media.bytes) / BYTES_PER_TOKEN) +
    media.images * IMAGE_TOKENS_USUAL +
    media.files * FILE_TOKENS_USUAL +
    media.audioTokens;
  return {
    tokens: Math.min(once + searches * (once + SEARCH_CONTEXT_TOKENS_MAX), BOUND_MAX_TOKENS),
    estimate: searches > 0 ? 2 * likely + SEARCH_TOKENS_USUAL : likely,
    hasAudio: media.audioTokens > 0,
    hasLongCache: media.hasLongCache,
  };
}

/** Looks through the input however deep a part stands: a provider may go by what an object holds and not by its type. */
function readMedia(value: unknown, media: Media): Found | null {
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      const found = typeof value[at] === 'object' ? readMedia(value[at], media) : null;
      if (found !== null) return { ...found, path: `[${at}]${found.path}` };
    }
    return null;
  }
  return isJsonObject(value) ? readObject(value, media) : null;
}

function readObject(object: JsonObject, media: Media): Found | null {
  if (object['type'] === 'item_reference') return at('', noReference);
  for (const name in object) {
    const value = object[name] ?? null;
    if (value === null) continue;
    const read = fields.get(name);
    const found = read ? read(value, media) : typeof value === 'object' ? readMedia(value, media) : null;
    if (found !== null) return { ...found, path: `.${name}${found.path}` };
  }
  return null;
}

type ReadField = (value: unknown, media: Media) => Found | null;

/** Fields whose value is no text. */
const fields: ReadonlyMap<string, ReadField> = new Map<string, ReadField>([
  ['image_url', readImage],
  ['file_data', readFile],
  ['input_audio', readAudio],
  ['prompt_cache_breakpoint', readMark],
  // Sources of an answer that is sent back: they name files, and have none.
  ['annotations', () => null],
  ['results', () => null],
  ['file_id', () => at('', noFile)],
  ['file_url', () => at('', noDocument)],
  ['video_url', () => at('', noFilm)],
]);

function readImage(value: unknown, media: Media): null {
  media.images += 1;
  const url = asObject(value)?.['url'] ?? value;
  if (typeof url === 'string' && /^data:image\//i.test(url)) media.bytes += bytesAfterComma(url);
  return null;
}

/** Only text counts by its bytes. Data without a type is a document. */
function readFile(value: unknown, media: Media): null {
  const data = typeof value === 'string' ? value : '';
  if (/^data:(?:text\/|application\/json)/i.test(data)) return null;
  media.files += 1;
  media.bytes += data.startsWith('data:') ? bytesAfterComma(data) : data.length;
  return null;
}

function readAudio(value: unknown, media: Media): null {
  const data = asObject(value)?.['data'];
  if (typeof data !== 'string') return null;
  media.bytes += data.length;
  media.audioTokens += Math.ceil(data.length / AUDIO_BYTES_PER_TOKEN);
  return null;
}

function readMark(value: unknown, media: Media): null {
  media.hasLongCache ||= asObject(value)?.['ttl'] === '12h';
  return null;
}

/** Base64 is ASCII: one character is one byte. */
function bytesAfterComma(url: string): number {
  const comma = url.indexOf(',');
  return comma === -1 ? 0 : url.length - comma - 1;
}

function at(path: string, refuse: (param: string) => Refusal): Found {
  return { path, refuse };
}

function noFile(param: string): Refusal {
  return invalid("A file by its id belongs to a provider's account: send its bytes as file_data or image_url.", param);
}

function noDocument(param: string): Refusal {
  return notPriced(param, 'a document behind a URL has any length; send its bytes as file_data');
}

function noFilm(param: string): Refusal {
  return notPriced(param, 'a film is counted by its length');
}
