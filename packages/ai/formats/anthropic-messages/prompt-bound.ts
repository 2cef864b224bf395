import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
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
  PROMPT_TOKENS_MAX,
} from '../../ask/prompt-counts.ts';
import type { ToolCost } from './server-tools.ts';

/** A document in a tool's result, with pictures in its pieces. */
const DEPTH_MAX = 4;

/** What is usual, for limits that reserve an estimate. */
const IMAGE_TOKENS_USUAL = 1_600;
const USED_OF_BOUND = 4;

/** What stands in a prompt and is not counted by its bytes. */
interface Media {
  images: number;
  readonly files: FileCount;
  /** Base64 of images. */
  bytes: number;
}

/**
 * More prompt tokens than any provider can count for a request, and an estimate of what it will count. Every token stands
 * for at least one byte of text, so that the body's length bounds its text under any tokenizer. Where the model may go on
 * by itself, it reads the whole prompt in each round anew, with what the rounds before have added.
 */
export function promptBound(
  body: JsonObject,
  bodyBytes: number,
  costs: readonly ToolCost[],
): { readonly tokens: number; readonly estimate: number; readonly rounds: number; readonly held: Held } {
  const media: Media = { images: 0, files: noFiles(), bytes: 0 };
  for (const message of asArray(body['messages'])) measure(asObject(message)?.['content'], media, 1);
  const textBytes = bodyBytes - media.bytes - media.files.dataBytes;
  const hidden = costs.reduce((sum, { hiddenTokens }) => sum + hiddenTokens, HIDDEN_PROMPT_TOKENS_MAX);
  const prompt = boundWithFiles(media.files, textBytes + media.images * IMAGE_TOKENS_MAX + hidden);
  const rounds = costs.reduce((sum, cost) => sum + cost.rounds, 0);
  const added = costs.reduce((sum, cost) => sum + cost.rounds * cost.tokensEach, 0);
  const estimate =
    textBytes / BYTES_PER_TOKEN +
    media.images * IMAGE_TOKENS_USUAL +
    usualFileTokens(media.files) +
    added / USED_OF_BOUND;
  return {
    // Each of the later rounds has at most all that is added.
    tokens: Math.min(PROMPT_TOKENS_MAX, prompt * (rounds + 1) + added * rounds),
    estimate: Math.min(PROMPT_TOKENS_MAX, Math.ceil(estimate)),
    rounds,
    held: { images: media.images, sounds: 0, files: media.files.documents + media.files.texts },
  };
}

function measure(content: unknown, media: Media, depth: number): void {
  if (!Array.isArray(content) || depth > DEPTH_MAX) return;
  for (const value of content) {
    const block = asObject(value);
    if (!block) continue;
    const source = asObject(block['source']);
    // A provider may go by what a block holds and not by its type.
    if (source && source['type'] !== 'text' && source['type'] !== 'content') {
      if (block['type'] === 'document') addDocument(source, media.files);
      else {
        media.images += 1;
        if (block['type'] === 'image' && source['type'] === 'base64') media.bytes += base64Length(source['data']);
      }
    }
    measure(block['content'], media, depth + 1);
    measure(source?.['content'], media, depth + 1);
  }
}

function addDocument({ type, data, media_type: mediaType }: JsonObject, files: FileCount): void {
  if (type !== 'base64' || typeof data !== 'string') countRemoteFile(files);
  else countFile(files, data, typeof mediaType === 'string' ? mediaType : '');
}

function base64Length(data: unknown): number {
  return typeof data === 'string' ? data.length : 0;
}
