import type { AnswerShape } from '#ai/json/answer-scan.ts';
import type { Wanted } from '#ai/json/json-scan.ts';
import type { Usage } from '#ai/usage.ts';
import { readOpenAiUsage } from './openai-usage.ts';

/** A chat completion's choices: their messages if it is whole, their deltas if it is a chunk. */
export function openAiShape(part: 'message' | 'delta'): AnswerShape<Usage> {
  return {
    answerField: 'choices',
    answer(text) {
      const called = { kind: 'fields', fields: { name: text, arguments: text } } as const;
      const call = { kind: 'fields', fields: { function: called } } as const;
      const message = {
        content: text,
        refusal: text,
        ...eitherOf(text, 'reasoning_content', 'reasoning'),
        tool_calls: { kind: 'items', item: call },
      } as const;
      return { kind: 'items', item: { kind: 'fields', fields: { [part]: { kind: 'fields', fields: message } } } };
    },
    readUsage: readOpenAiUsage,
  };
}

/** Two fields with the same text: some providers write both. Only the first one is read. */
function eitherOf(text: Wanted, ...names: readonly string[]): Record<string, Wanted> {
  let first: string | null = null;
  const reading = (name: string): Wanted => ({
    kind: 'text',
    take(raw) {
      first ??= name;
      if (first === name && text.kind === 'text') text.take(raw);
    },
  });
  return Object.fromEntries(names.map((name) => [name, reading(name)]));
}
