import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerShape } from '../../json/answer-scan.ts';
import type { Wanted } from '../../json/json-scan.ts';
import { saysError } from './errors.ts';

/** Where an operation's answers have their text. Chat, completions and embeddings are alike but for this. */
export interface OpenAiShape {
  /** A document's answer, and a streamed chunk's. */
  readonly document: AnswerShape<JsonObject>;
  readonly chunk: AnswerShape<JsonObject>;
  /** All generated text of a choice, of a document or a chunk. */
  textOf(choice: JsonObject): string;
  /** Whether a chunk's choice has anything for a client beside its reason to finish. */
  hasContent(choice: JsonObject): boolean;
  /** The key of a chunk that its text stands behind, with its quotes. */
  readonly textKey: string;
  /** Nearly every chunk of every provider begins its text like this, from that key on. Sticky. */
  readonly usualText: RegExp;
  /** Whether the object that has the text ends with it. */
  readonly endsWithText: boolean;
  /** Whether answers have tokens. */
  readonly hasOutput: boolean;
}

export const chatShape: OpenAiShape = {
  document: choicesShape('message'),
  chunk: choicesShape('delta'),
  textOf: (choice) => messageText(asObject(choice['delta']) ?? asObject(choice['message'])),
  hasContent(choice) {
    for (const [name, value] of Object.entries(asObject(choice['delta']) ?? {})) {
      if (name !== 'role' && hasSubstance(value)) return true;
    }
    return false;
  },
  textKey: '"delta"',
  usualText: /"delta": ?\{(?:"role": ?"assistant", ?)?"content": ?"/y,
  endsWithText: true,
  hasOutput: true,
};

/** A chat's choices: their messages if it is whole, their deltas if it is a chunk. */
function choicesShape(part: 'message' | 'delta'): AnswerShape<JsonObject> {
  return {
    answerField: 'choices',
    answer(text) {
      const called = { kind: 'fields', fields: { name: text, arguments: text, input: text } } as const;
      const call = { kind: 'fields', fields: { function: called, custom: called } } as const;
      const message = {
        content: text,
        refusal: text,
        ...eitherOf(text, 'reasoning_content', 'reasoning'),
        tool_calls: { kind: 'items', item: call },
        function_call: called,
        audio: { kind: 'fields', fields: { transcript: text } },
      } as const;
      return { kind: 'items', item: { kind: 'fields', fields: { [part]: { kind: 'fields', fields: message } } } };
    },
    readUsage: asObject,
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

/** All generated text of a message or a chunk's delta, including tool calls and shown reasoning. */
function messageText(message: JsonObject | null): string {
  if (message === null) return '';
  const parts = [message['content'], message['refusal'], message['reasoning_content'] ?? message['reasoning']];
  parts.push(asObject(message['audio'])?.['transcript']);
  for (const value of [...asArray(message['tool_calls']), { function: message['function_call'] }]) {
    const call = asObject(value);
    const called = asObject(call?.['function']) ?? asObject(call?.['custom']);
    parts.push(called?.['name'], called?.['arguments'] ?? called?.['input']);
  }
  return parts.filter((part) => typeof part === 'string').join('');
}

function hasSubstance(value: unknown): boolean {
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0;
  return value !== null && value !== undefined && value !== false;
}

/** Reasons to finish that are none, and the code that each is: an answer that broke off, for another reason than its length. */
const failures: ReadonlyMap<unknown, string> = new Map([
  // Mistral, OpenRouter.
  ['error', ''],
  // Zhipu.
  ['network_error', 'network_error'],
  // DeepSeek, which ran out of machines.
  ['insufficient_system_resource', 'insufficient_system_resource'],
]);

/** What an answer, or a chunk of one, says of its failure; null: nothing. */
export function failureIn(document: JsonObject): JsonObject | null {
  if (saysError(document['error']) || saysError(document['error_code'])) return document;
  for (const value of asArray(document['choices'])) {
    const choice = asObject(value);
    if (choice !== null && saysError(choice['error'])) return choice;
    const code = failures.get(choice?.['finish_reason']);
    if (code !== undefined) return { error: { code, message: messageText(asObject(choice?.['message'])) } };
  }
  return null;
}

/** Where a chunk or a document has its usage: at the top, or where Groq and Moonshot put it. */
export function usageIn(document: JsonObject): JsonObject | null {
  const top = asObject(document['usage']) ?? asObject(asObject(document['x_groq'])?.['usage']);
  if (top !== null) return top;
  for (const choice of asArray(document['choices'])) {
    const usage = asObject(asObject(choice)?.['usage']);
    if (usage !== null) return usage;
  }
  return null;
}
