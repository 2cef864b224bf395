import { asObject } from '#kernel/json.ts';
import type { AnswerDecoder } from '../../answer-decoder.ts';
import type { Tap } from '../../format.ts';
import { openWholeTap, type WholeShape } from '../gemini-generate/whole-tap.ts';
import { readEmbedUsage } from './usage.ts';
import { vectorUsage } from './write-answer.ts';

/** One vector, or those of a batch. */
const vectors: WholeShape = {
  format: 'gemini-embeddings',
  isAnswer: ({ embedding, embeddings }) => asObject(embedding) !== null || Array.isArray(embeddings),
  usageIn: ({ usageMetadata }) => readEmbedUsage(asObject(usageMetadata)),
  readUsage: readEmbedUsage,
  writeUsage: vectorUsage,
};

/** Passes an answer on as it comes, a long one in pieces, and reads its usage on the way. */
export function openGeminiVectorsTap(tap: Tap): AnswerDecoder {
  return openWholeTap(tap, vectors);
}
