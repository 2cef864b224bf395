import type { AnswerShape } from '#ai/json/answer-scan.ts';
import type { Usage } from '#ai/usage.ts';
import { readAnthropicUsage } from './anthropic-usage.ts';

/** A message's blocks: text, thinking, and the input of tools. */
export const anthropicShape: AnswerShape<Usage> = {
  answerField: 'content',
  answer: (text, raw) => ({
    kind: 'items',
    item: { kind: 'fields', fields: { text, thinking: text, name: text, input: raw } },
  }),
  readUsage: readAnthropicUsage,
};
