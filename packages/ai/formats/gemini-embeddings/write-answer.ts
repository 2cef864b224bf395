import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { EmbedContext } from '../../embed/embed-format.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { costText } from '../../usage/cost-text.ts';
import { noUsage, promptTokensOf } from '../../usage.ts';
import { isBatch } from './items.ts';

/** The answer to either of the two calls. */
export function writeGeminiEmbeddings(vectors: readonly string[], end: AnswerEnd, { body }: EmbedContext): string {
  const embeddings = vectors.map((vector) => ({ values: new RawJson(vector) }));
  const usageMetadata = vectorUsage(end);
  return writeJson(isBatch(body) ? { embeddings, usageMetadata } : { embedding: embeddings[0], usageMetadata });
}

/** Usage as Google's clients read it. */
export function vectorUsage({ usage, costNanoUsd }: AnswerEnd): Readonly<Record<string, unknown>> {
  const cost = costNanoUsd === undefined ? undefined : new RawJson(costText(costNanoUsd));
  return { promptTokenCount: promptTokensOf(usage ?? noUsage), cost };
}
