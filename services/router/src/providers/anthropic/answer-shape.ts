import type { AnswerShape } from '../answer-scan.ts';
import { readAnthropicUsage } from './anthropic-usage.ts';

/** A message's blocks: text, thinking, and the input of tools. */
export const anthropicShape: AnswerShape = {
  answerField: 'content',
  answer: (text, raw) => ({
    kind: 'items',
    item: { kind: 'fields', fields: { text, thinking: text, name: text, input: raw } },
  }),
  readUsage: readAnthropicUsage,
};
