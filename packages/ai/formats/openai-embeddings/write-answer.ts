import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { EmbedContext } from '../../embed/embed-format.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { costText } from '../../usage/cost-text.ts';
import { noUsage, promptTokensOf } from '../../usage.ts';

const FLOAT_BYTES = 4;

/** The provider's own digits, or the numbers as little-endian 32-bit floats in base64: OpenAI's SDKs ask for these unless told otherwise. */
export function writeVector(text: string, numbers: readonly number[], { body }: EmbedContext): string {
  if (body['encoding_format'] !== 'base64') return text;
  const bytes = Buffer.alloc(numbers.length * FLOAT_BYTES);
  for (const [at, number] of numbers.entries()) bytes.writeFloatLE(number, at * FLOAT_BYTES);
  return `"${bytes.toString('base64')}"`;
}

export function writeEmbeddings(vectors: readonly string[], end: AnswerEnd, { model }: EmbedContext): string {
  const tokens = promptTokensOf(end.usage ?? noUsage);
  const cost = end.costNanoUsd === undefined ? undefined : new RawJson(costText(end.costNanoUsd));
  return writeJson({
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: new RawJson(vector) })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens, cost },
  });
}
