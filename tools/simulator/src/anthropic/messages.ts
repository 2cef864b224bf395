import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import type { Prompt } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import { checkToolPairs, type Message } from './tool-pairs.ts';

export type ReadMessages = Pick<Prompt, 'size' | 'userText' | 'turn' | 'toolResultText'>;

const roles = new Set<unknown>(['user', 'assistant', 'system']);

/** Measures a conversation and finds what was said last; throws a RequestProblem (400) for what Anthropic refuses. */
export function readMessages(value: unknown): ReadMessages {
  if (!Array.isArray(value) || value.length === 0) {
    throw new RequestProblem(400, 'messages: at least one message is required');
  }
  const messages = value.map(readMessage);
  const empty = messages.findIndex(({ blocks }) => blocks.length === 0);
  if (empty !== -1 && (empty < messages.length - 1 || messages[empty]?.role !== 'assistant')) {
    throw new RequestProblem(
      400,
      `messages.${empty}: all messages must have non-empty content except for the optional final assistant message`,
    );
  }
  if (messages[0]?.role !== 'user') throw new RequestProblem(400, 'messages: first message must use the "user" role');
  checkToolPairs(messages);
  return summary(messages);
}

/** The text of a `content` or `system` value, string or blocks, as far as it is text. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const blocks = Array.isArray(content) ? content.filter(isJsonObject) : [];
  return blocks.flatMap((block) => (typeof block['text'] === 'string' ? [block['text']] : [])).join('\n');
}

function readMessage(value: unknown, index: number): Message {
  if (!isJsonObject(value) || !roles.has(value['role'])) {
    throw new RequestProblem(400, `messages.${index}.role: Input should be 'user' or 'assistant'`);
  }
  const role = String(value['role']);
  const { content } = value;
  if (typeof content === 'string') return { role, blocks: content === '' ? [] : [{ type: 'text', text: content }] };
  if (!Array.isArray(content)) {
    throw new RequestProblem(400, `messages.${index}.content: Field required, a string or an array of blocks`);
  }
  return {
    role,
    blocks: content.map((block: unknown, place) => readBlock(block, `messages.${index}.content.${place}`)),
  };
}

function readBlock(block: unknown, path: string): JsonObject {
  if (!isJsonObject(block) || typeof block['type'] !== 'string') {
    throw new RequestProblem(400, `${path}.type: Field required`);
  }
  if (block['type'] === 'text' && (typeof block['text'] !== 'string' || block['text'] === '')) {
    throw new RequestProblem(400, `${path}: text content blocks must be non-empty`);
  }
  if (block['type'] === 'tool_use' && !isJsonObject(block['input'])) {
    throw new RequestProblem(400, `${path}.tool_use.input: Input should be a valid dictionary`);
  }
  if (block['type'] === 'image' && !isJsonObject(block['source'])) {
    throw new RequestProblem(400, `${path}.image.source: Field required`);
  }
  return block;
}

function summary(messages: readonly Message[]): ReadMessages {
  let characters = 0;
  let images = 0;
  let userText = '';
  for (const { role, blocks } of messages) {
    for (const block of blocks) {
      characters += charactersOf(block);
      images += block['type'] === 'image' ? 1 : 0;
    }
    // A message of tool results alone is the user's by role only; what the user said is further up.
    if (role === 'user' && blocks.some((block) => block['type'] === 'text')) userText = textOf(blocks);
  }
  const last = messages.at(-1);
  const results = (last?.blocks ?? []).filter((block) => block['type'] === 'tool_result');
  const turn = results.length > 0 ? 'tool' : last?.role === 'assistant' ? 'assistant' : 'user';
  return {
    size: { characters, messages: messages.length, images },
    userText,
    turn,
    toolResultText: results.map((block) => textOf(block['content'])).join('\n'),
  };
}

function charactersOf(block: JsonObject): number {
  switch (block['type']) {
    case 'text':
      return textOf([block]).length;
    case 'tool_result':
      return textOf(block['content']).length;
    case 'tool_use':
      return JSON.stringify(block).length;
    default:
      return 0;
  }
}
