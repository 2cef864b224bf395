import type { FormatName } from '../format.ts';
import type { AnswerShape } from '../json/answer-scan.ts';

type Places = Omit<AnswerShape<never>, 'readUsage'>;

const chat: Places = {
  answerField: 'choices',
  answer: (text) => {
    const called = { kind: 'fields', fields: { name: text, arguments: text } } as const;
    const call = { kind: 'fields', fields: { function: called } } as const;
    const fields = { content: text, refusal: text, reasoning_content: text, tool_calls: { kind: 'items', item: call } };
    const message = { kind: 'fields', fields } as const;
    return { kind: 'items', item: { kind: 'fields', fields: { message, text } } };
  },
};

/** Where the generated text of a whole answer stands in each format. */
const places: Readonly<Record<FormatName, Places>> = {
  'openai-chat': chat,
  'openai-completions': chat,
  'openai-embeddings': { answerField: 'data', answer: (_text, raw) => ({ kind: 'items', item: raw }) },
  'openai-responses': {
    answerField: 'output',
    answer: (text) => {
      const part = { kind: 'fields', fields: { text, refusal: text } } as const;
      const parts = { kind: 'items', item: part } as const;
      const fields = { content: parts, summary: parts, name: text, arguments: text, input: text } as const;
      return { kind: 'items', item: { kind: 'fields', fields } };
    },
  },
  'anthropic-messages': {
    answerField: 'content',
    answer: (text, raw) => ({
      kind: 'items',
      item: { kind: 'fields', fields: { text, thinking: text, name: text, input: raw } },
    }),
  },
};

/** By these an answer that broke off is scanned for its text, to estimate its tokens by. */
export function answerPlaces(format: FormatName): Places {
  return places[format];
}
