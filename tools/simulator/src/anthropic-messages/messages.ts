import type { Prompt } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import type { ContentBlock } from './block-shape.ts';
import type { MessagesCore } from './request-shape.ts';
import { checkToolPairs, type Message } from './tool-pairs.ts';

export type ReadMessages = Pick<Prompt, 'size' | 'userText' | 'turn' | 'toolResultText'>;

/** Messages with their content as blocks; throws a RequestProblem (400) for what Anthropic refuses. */
export function readMessages(given: MessagesCore['messages']): readonly Message[] {
  if (given.length === 0) throw new RequestProblem(400, 'messages: at least one message is required');
  const messages = given.map(({ role, content }): Message => {
    const blocks: readonly ContentBlock[] =
      typeof content !== 'string' ? content : content === '' ? [] : [{ type: 'text', text: content }];
    return { role, blocks };
  });
  const empty = messages.findIndex(({ blocks }) => blocks.length === 0);
  if (empty !== -1 && (empty < messages.length - 1 || messages[empty]?.role !== 'assistant')) {
    throw new RequestProblem(
      400,
      `messages.${empty}: all messages must have non-empty content except for the optional final assistant message`,
    );
  }
  if (messages[0]?.role !== 'user') throw new RequestProblem(400, 'messages: first message must use the "user" role');
  for (const { blocks } of messages) for (const block of blocks) checkText(block);
  checkToolPairs(messages);
  return messages;
}

/** Throws a RequestProblem (400) for a text that says nothing. */
export function checkText(block: ContentBlock): void {
  if (block.type !== 'text') return;
  if (block.text === '') throw new RequestProblem(400, 'messages: text content blocks must be non-empty');
  if (block.text.trim() === '')
    throw new RequestProblem(400, 'messages: text content blocks must contain non-whitespace text');
}

/** Measures a conversation and finds what was said last. */
export function measure(messages: readonly Message[]): ReadMessages {
  let characters = 0;
  let images = 0;
  let userText = '';
  for (const { role, blocks } of messages) {
    for (const block of blocks) {
      characters += charactersOf(block);
      images += imagesOf(block);
    }
    // A message of tool results alone is the user's by role only; what the user said is further up.
    if (role === 'user' && blocks.some(({ type }) => type === 'text')) userText = textOf(blocks);
  }
  const last = messages.at(-1);
  const results = (last?.blocks ?? []).filter((block) => block.type === 'tool_result');
  const turn = results.length > 0 ? 'tool' : last?.role === 'assistant' ? 'assistant' : 'user';
  return {
    size: { characters, messages: messages.length, images },
    userText,
    turn,
    toolResultText: results.map((block) => textOf(block.content ?? '')).join('\n'),
  };
}

/** The text of a `content` or `system` value, string or blocks, as far as it is text. */
export function textOf(content: string | readonly { readonly type: string; readonly text?: unknown }[]): string {
  if (typeof content === 'string') return content;
  return content.flatMap((block) => (typeof block.text === 'string' ? [block.text] : [])).join('\n');
}

function charactersOf(block: ContentBlock): number {
  switch (block.type) {
    case 'text':
      return block.text.length;
    case 'tool_result':
      return textOf(block.content ?? '').length;
    case 'tool_use':
      return JSON.stringify(block).length;
    default:
      return 0;
  }
}

function imagesOf(block: ContentBlock): number {
  if (block.type === 'image') return 1;
  if (block.type !== 'tool_result' || typeof block.content === 'string') return 0;
  return (block.content ?? []).filter(({ type }) => type === 'image').length;
}
