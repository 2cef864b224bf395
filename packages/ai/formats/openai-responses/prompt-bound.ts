import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { asArray, asObject, isJsonObject, type JsonObject } from '#kernel/json.ts';
import { audioBound } from '../../ask/audio-bound.ts';
import {
  boundWithFiles,
  countFile,
  countRemoteFile,
  type FileCount,
  noFiles,
  usualFileTokens,
} from '../../ask/file-bound.ts';
import type { Held } from '../../ask/needs-of-model.ts';
import { notPriced } from '../../ask/problems.ts';
import {
  BYTES_PER_TOKEN,
  HIDDEN_PROMPT_TOKENS_MAX,
  IMAGE_TOKENS_MAX,
  IMAGE_TOKENS_USUAL,
  IMAGES_MAX,
  PROMPT_TOKENS_MAX,
} from '../../ask/prompt-counts.ts';
import { noReference } from './no-reference.ts';

/**
 * What a provider writes into the prompt about a tool that it describes itself (a shell, a computer, a search). The longest
 * description of such a tool that is known, Anthropic's for a set of 31, has some 20,000 for all of them; one has 2,000.
 */
const BUILT_IN_TOOL_TOKENS_MAX = 5_000;
/** Tools that the client describes: their descriptions are in the body. */
const describedTools: ReadonlySet<unknown> = new Set(['function', 'custom', 'namespace']);

/** A search, however often the model reads on in it, leaves at most this in its context, by OpenAI's own limit. */
const SEARCH_CONTEXT_TOKENS_MAX = 128_000;
const SEARCH_TOKENS_USUAL = 8_000;

export interface PromptBound {
  readonly tokens: number;
  readonly estimate: number;
  readonly held: Held;
  /** A part is to be kept in the cache for twelve hours. */
  readonly hasLongCache: boolean;
}

/** What of the input does not count by its bytes. */
interface Media {
  images: number;
  readonly files: FileCount;
  /** Bytes of the body that are pictures or sounds, and no text. */
  bytes: number;
  audioTokens: number;
  sounds: number;
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
  const media: Media = { images: 0, files: noFiles(), bytes: 0, audioTokens: 0, sounds: 0, hasLongCache: false };
  const found = readMedia(body['input'], media);
  if (found !== null) return { refusal: found.refuse(`input${found.path}`) };
  if (media.images > IMAGES_MAX) {
    return { refusal: invalid(`Too many images: a request may have ${IMAGES_MAX}.`, 'input') };
  }
  const builtIn = asArray(body['tools']).filter((tool) => !describedTools.has(asObject(tool)?.['type'])).length;
  const hiddenTokens = HIDDEN_PROMPT_TOKENS_MAX + builtIn * BUILT_IN_TOOL_TOKENS_MAX;
  const textBytes = bodyBytes - media.bytes - media.files.dataBytes;
  const textTokens = textBytes + hiddenTokens;
  const once = boundWithFiles(media.files, textTokens + media.images * IMAGE_TOKENS_MAX + media.audioTokens);
  const likely =
    Math.ceil(textBytes / BYTES_PER_TOKEN) +
    media.images * IMAGE_TOKENS_USUAL +
    usualFileTokens(media.files) +
    media.audioTokens;
  return {
    tokens: Math.min(once + searches * (once + SEARCH_CONTEXT_TOKENS_MAX), PROMPT_TOKENS_MAX),
    estimate: searches > 0 ? 2 * likely + SEARCH_TOKENS_USUAL : likely,
    held: { images: media.images, sounds: media.sounds, files: media.files.documents + media.files.texts },
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
  ['file_url', readFileUrl],
  ['video_url', () => at('', noFilm)],
]);

function readImage(value: unknown, media: Media): null {
  media.images += 1;
  const url = asObject(value)?.['url'] ?? value;
  if (typeof url === 'string' && /^data:image\//i.test(url)) media.bytes += bytesAfterComma(url);
  return null;
}

function readFile(value: unknown, { files }: Media): null {
  countFile(files, typeof value === 'string' ? value : '');
  return null;
}

function readFileUrl(value: unknown, { files }: Media): null {
  if (typeof value === 'string' && /^data:/i.test(value)) countFile(files, value);
  else countRemoteFile(files);
  return null;
}

function readAudio(value: unknown, media: Media): Found | null {
  const bound = audioBound(value, '');
  if ('refusal' in bound) return at('', (param) => withParam(value, param));
  media.bytes += bound.dataBytes;
  media.audioTokens += bound.tokens;
  media.sounds += 1;
  return null;
}

/** The same refusal under the path that is known by now. */
function withParam(audio: unknown, param: string): Refusal {
  const bound = audioBound(audio, param);
  return 'refusal' in bound ? bound.refusal : invalid('This sound cannot be priced.', param);
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

function noFilm(param: string): Refusal {
  return notPriced(param, 'a film is counted by its length');
}
