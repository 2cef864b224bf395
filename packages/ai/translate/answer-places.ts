import type { FormatName } from '../format.ts';
import type { AnswerShape } from '../json/answer-scan.ts';
import type { Wanted } from '../json/json-scan.ts';

type Places = Omit<AnswerShape<never>, 'readUsage'>;

const fields = (of: Readonly<Record<string, Wanted>>): Extract<Wanted, { kind: 'fields' }> => ({
  kind: 'fields',
  fields: of,
});
const items = (item: Wanted): Extract<Wanted, { kind: 'items' }> => ({ kind: 'items', item });

const chat: Places = {
  answerField: 'choices',
  answer(text) {
    const called = fields({ function: fields({ name: text, arguments: text }) });
    const message = fields({ content: text, refusal: text, reasoning_content: text, tool_calls: items(called) });
    return items(fields({ message, text }));
  },
};

/** Where the generated text of a whole answer stands in each format. */
const places: Readonly<Record<FormatName, Places>> = {
  'openai-chat': chat,
  'openai-completions': chat,
  'openai-embeddings': { answerField: 'data', answer: (_text, raw) => items(raw) },
  'openai-responses': {
    answerField: 'output',
    answer(text) {
      const parts = items(fields({ text, refusal: text }));
      return items(fields({ content: parts, summary: parts, name: text, arguments: text, input: text }));
    },
  },
  'openai-compact': { answerField: 'output', answer: (text) => items(fields({ encrypted_content: text })) },
  'anthropic-messages': {
    answerField: 'content',
    answer: (text, raw) => items(fields({ text, thinking: text, name: text, input: raw })),
  },
  'gemini-generate': {
    answerField: 'candidates',
    answer(text, raw) {
      const called = fields({ name: text, args: raw });
      return items(fields({ content: fields({ parts: items(fields({ text, functionCall: called })) }) }));
    },
    usageField: 'usageMetadata',
  },
  'bedrock-converse': {
    answerField: 'output',
    answer(text, raw) {
      const thought = fields({ reasoningText: fields({ text }) });
      const cited = fields({ content: items(fields({ text })) });
      const called = fields({ name: text, input: raw });
      const block = fields({ text, reasoningContent: thought, citationsContent: cited, toolUse: called });
      return fields({ message: fields({ content: items(block) }) });
    },
  },
  'gemini-embeddings': { answerField: 'embeddings', answer: () => items(fields({})), usageField: 'usageMetadata' },
};

/** By these an answer that broke off is scanned for its text, to estimate its tokens by. */
export function answerPlaces(format: FormatName): Places {
  return places[format];
}
