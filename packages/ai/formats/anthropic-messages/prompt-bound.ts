import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ToolCost } from './server-tools.ts';

/**
 * The most that one picture is counted as by any model that may answer: gpt-4o-mini takes 48,169 tokens. Claude takes at
 * most some 5,000.
 */
const IMAGE_TOKENS_MAX = 50_000;

/**
 * A PDF is counted by its pages, as text and as pictures, and its text is compressed, so that its bytes bound nothing. The
 * longest context of any model does, for the whole of a prompt.
 */
const CONTEXT_TOKENS_MAX = 2_100_000;

/** What Anthropic puts before a prompt on its own: 530 tokens for tools. */
const HIDDEN_TOKENS_MAX = 1_000;
/** What the contract's 32 bits hold, and more than all prompts of a request's rounds together. */
const TOKENS_MAX = 2 ** 31 - 1;
/** A document in a tool's result, with pictures in its pieces. */
const DEPTH_MAX = 4;

/** What is usual, for limits that reserve an estimate. */
const BYTES_PER_TOKEN = 4;
const IMAGE_TOKENS_USUAL = 1_600;
const DOCUMENT_TOKENS_USUAL = 20_000;
const USED_OF_BOUND = 4;

/** What stands in a prompt and is not counted by its bytes. */
interface Media {
  images: number;
  documents: number;
  /** Base64 of both. */
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
): { readonly tokens: number; readonly estimate: number } {
  const media: Media = { images: 0, documents: 0, bytes: 0 };
  for (const message of asArray(body['messages'])) measure(asObject(message)?.['content'], media, 1);
  const textBytes = bodyBytes - media.bytes;
  const hidden = costs.reduce((sum, { hiddenTokens }) => sum + hiddenTokens, HIDDEN_TOKENS_MAX);
  const counted = textBytes + media.images * IMAGE_TOKENS_MAX + hidden;
  const prompt = media.documents > 0 ? Math.max(counted, CONTEXT_TOKENS_MAX) : counted;
  const rounds = costs.reduce((sum, cost) => sum + cost.rounds, 0);
  const added = costs.reduce((sum, cost) => sum + cost.rounds * cost.tokensEach, 0);
  const estimate =
    textBytes / BYTES_PER_TOKEN +
    media.images * IMAGE_TOKENS_USUAL +
    media.documents * DOCUMENT_TOKENS_USUAL +
    added / USED_OF_BOUND;
  return {
    // Each of the later rounds has at most all that is added.
    tokens: Math.min(TOKENS_MAX, prompt * (rounds + 1) + added * rounds),
    estimate: Math.min(TOKENS_MAX, Math.ceil(estimate)),
  };
}

function measure(content: unknown, media: Media, depth: number): void {
  if (!Array.isArray(content) || depth > DEPTH_MAX) return;
  for (const value of content) {
    const block = asObject(value);
    if (!block) continue;
    const source = asObject(block['source']);
    const isDocument = block['type'] === 'document';
    // A provider may go by what a block holds and not by its type.
    if (source && source['type'] !== 'text' && source['type'] !== 'content') {
      if (isDocument) media.documents += 1;
      else media.images += 1;
      const isCounted = isDocument || block['type'] === 'image';
      if (isCounted && source['type'] === 'base64') media.bytes += base64Length(source['data']);
    }
    measure(block['content'], media, depth + 1);
    measure(source?.['content'], media, depth + 1);
  }
}

function base64Length(data: unknown): number {
  return typeof data === 'string' ? data.length : 0;
}
