import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
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
import {
  BYTES_PER_TOKEN,
  HIDDEN_PROMPT_TOKENS_MAX,
  IMAGE_TOKENS_MAX,
  IMAGE_TOKENS_USUAL,
  IMAGES_MAX,
  PROMPT_TOKENS_MAX,
} from '../../ask/prompt-counts.ts';
import { fieldOf } from './fields.ts';

interface Measure {
  images: number;
  sounds: number;
  readonly files: FileCount;
  /** Base64 that is no text. */
  dataBytes: number;
  tokens: number;
  estimate: number;
}

/** More prompt tokens than any provider can count for a request, and an estimate of what it will count. */
export function promptBound(
  body: JsonObject,
  bodyBytes: number,
): { readonly tokens: number; readonly estimate: number; readonly held: Held } | { readonly refusal: Refusal } {
  const measure: Measure = { images: 0, sounds: 0, files: noFiles(), dataBytes: 0, tokens: 0, estimate: 0 };
  for (const [at, content] of asArray(body['contents']).entries()) {
    for (const [place, part] of asArray(asObject(content)?.['parts']).entries()) {
      const refusal = addPart(measure, asObject(part), `contents[${at}].parts[${place}]`);
      if (refusal !== undefined) return { refusal };
    }
  }
  const { images, sounds, files } = measure;
  if (images > IMAGES_MAX)
    return { refusal: invalid(`Too many images: a request may have ${IMAGES_MAX}.`, 'contents') };
  const textBytes = bodyBytes - measure.dataBytes - files.dataBytes;
  const counted = textBytes + images * IMAGE_TOKENS_MAX + measure.tokens + HIDDEN_PROMPT_TOKENS_MAX;
  const tokens = boundWithFiles(files, counted);
  if (tokens > PROMPT_TOKENS_MAX) {
    return { refusal: invalid('The prompt has more sounds than can be counted.', 'contents') };
  }
  return {
    tokens,
    estimate:
      Math.ceil(textBytes / BYTES_PER_TOKEN) + images * IMAGE_TOKENS_USUAL + usualFileTokens(files) + measure.estimate,
    held: { images, sounds, files: files.documents + files.texts },
  };
}

/** Of a tool's result the inner parts as well. */
function addPart(measure: Measure, part: JsonObject | null, param: string): Refusal | undefined {
  if (part === null) return undefined;
  const inline = asObject(fieldOf(part, 'inlineData'));
  const refusal = inline === null ? undefined : addInline(measure, inline, `${param}.inlineData`);
  if (refusal !== undefined) return refusal;
  for (const [at, inner] of asArray(asObject(fieldOf(part, 'functionResponse'))?.['parts']).entries()) {
    const within = addPart(measure, asObject(inner), `${param}.functionResponse.parts[${at}]`);
    if (within !== undefined) return within;
  }
  return undefined;
}

function addInline(measure: Measure, inline: JsonObject, param: string): Refusal | undefined {
  const type = String(fieldOf(inline, 'mimeType')).trim().toLowerCase();
  const data = typeof inline['data'] === 'string' ? inline['data'] : '';
  if (type.startsWith('image/')) {
    measure.images += 1;
    measure.dataBytes += data.length;
  } else if (type.startsWith('audio/')) {
    return addSound(measure, type, data, param);
  } else if (type.startsWith('video/')) {
    // A film of black is long, and its bytes are few.
    countRemoteFile(measure.files);
    measure.files.dataBytes += data.length;
  } else {
    countFile(measure.files, data, type);
  }
  return undefined;
}

function addSound(measure: Measure, type: string, data: string, param: string): Refusal | undefined {
  measure.sounds += 1;
  const isMp3 = type === 'audio/mp3' || type === 'audio/mpeg';
  const bound = audioBound({ data, format: isMp3 ? 'mp3' : type.slice('audio/'.length) }, param);
  if ('refusal' in bound) return bound.refusal;
  measure.dataBytes += bound.dataBytes;
  measure.tokens += bound.tokens;
  measure.estimate += bound.estimate;
  return undefined;
}
