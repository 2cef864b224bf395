import { asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerShape } from '../../json/answer-scan.ts';
import type { OpenAiShape } from '../openai-chat/answer-shape.ts';

/** Choices have their text themselves, in a document as in a chunk. */
const choices: AnswerShape<JsonObject> = {
  answerField: 'choices',
  answer: (text) => ({ kind: 'items', item: { kind: 'fields', fields: { text } } }),
  readUsage: asObject,
};

export const completionShape: OpenAiShape = {
  document: choices,
  chunk: choices,
  textOf: ({ text }) => (typeof text === 'string' ? text : ''),
  hasContent: ({ text }) => typeof text === 'string' && text !== '',
  textKey: '"text"',
  usualText: /"text": ?"/y,
  endsWithText: false,
  hasOutput: true,
};
