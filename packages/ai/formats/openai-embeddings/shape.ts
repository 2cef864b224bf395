import { asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerShape } from '../../json/answer-scan.ts';
import type { OpenAiShape } from '../openai-chat/answer-shape.ts';

/** The vectors are nobody's to read. */
const vectors: AnswerShape<JsonObject> = {
  answerField: 'data',
  answer: () => ({ kind: 'items', item: { kind: 'fields', fields: {} } }),
  readUsage: asObject,
};

export const embeddingsShape: OpenAiShape = {
  document: vectors,
  chunk: vectors,
  textOf: () => '',
  hasContent: () => true,
  textKey: '"embedding"',
  usualText: /"embedding": ?"/y,
  endsWithText: false,
  hasOutput: false,
};
