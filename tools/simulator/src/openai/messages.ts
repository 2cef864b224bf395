import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import type { Prompt } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';

export type ReadMessages = Pick<Prompt, 'size' | 'userText' | 'turn' | 'toolResultText'>;

const roles = new Set<unknown>(['developer', 'system', 'user', 'assistant', 'tool', 'function']);

/** Measures a conversation and finds what was said last; throws a RequestProblem (400) where it isn't one. */
export function readMessages(messages: unknown): ReadMessages {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new RequestProblem(400, "Invalid 'messages': expected an array with at least one message.");
  }
  let characters = 0;
  let images = 0;
  let userText = '';
  let lastRole: unknown;
  let lastText = '';
  for (let index = 0; index < messages.length; index += 1) {
    const message: unknown = messages[index];
    if (!isJsonObject(message) || !roles.has(message['role'])) {
      throw new RequestProblem(400, `Invalid value for 'messages[${index}].role': expected ${[...roles].join(', ')}.`);
    }
    const content = readContent(message['content'], index);
    characters += content.text.length + toolCallCharacters(message);
    images += content.images;
    lastRole = message['role'];
    lastText = content.text;
    if (lastRole === 'user') userText = content.text;
  }
  const isToolTurn = lastRole === 'tool' || lastRole === 'function';
  return {
    size: { characters, messages: messages.length, images },
    userText,
    turn: isToolTurn ? 'tool' : lastRole === 'assistant' ? 'assistant' : 'user',
    toolResultText: isToolTurn ? lastText : '',
  };
}

function readContent(content: unknown, index: number): { text: string; images: number } {
  if (typeof content === 'string') return { text: content, images: 0 };
  if (content === undefined || content === null) return { text: '', images: 0 };
  if (!Array.isArray(content)) {
    throw new RequestProblem(400, `Invalid type for 'messages[${index}].content': expected a string or an array.`);
  }
  const texts: string[] = [];
  let images = 0;
  for (const part of content) {
    if (!isJsonObject(part) || typeof part['type'] !== 'string') {
      throw new RequestProblem(400, `Invalid value for 'messages[${index}].content': every part needs a type.`);
    }
    if (part['type'] === 'text' && typeof part['text'] === 'string') {
      texts.push(part['text']);
    } else if (part['type'] === 'image_url') {
      images += 1;
    }
  }
  return { text: texts.join('\n'), images };
}

function toolCallCharacters(message: JsonObject): number {
  const calls = message['tool_calls'];
  return Array.isArray(calls) ? JSON.stringify(calls).length : 0;
}
