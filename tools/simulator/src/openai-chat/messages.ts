import type { Prompt } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import type { ChatMessage } from './request-shape.ts';

export type ReadMessages = Pick<Prompt, 'size' | 'userText' | 'turn' | 'toolResultText'>;

/** Measures a conversation and finds what was said last; throws a RequestProblem (400) where it contradicts itself. */
export function readMessages(messages: readonly ChatMessage[]): ReadMessages {
  checkToolCalls(messages);
  let characters = 0;
  let images = 0;
  let userText = '';
  let lastText = '';
  messages.forEach((message, index) => {
    if (
      message.role === 'assistant' &&
      message.content == null &&
      message.tool_calls === undefined &&
      message.refusal == null
    ) {
      throw invalid(`messages[${index}].content`, "Invalid value for 'content': expected a string, got null.");
    }
    lastText = textOf(message.content);
    characters += lastText.length;
    if (message.role === 'assistant' && message.tool_calls !== undefined)
      characters += JSON.stringify(message.tool_calls).length;
    if (message.role === 'user') {
      userText = lastText;
      images +=
        typeof message.content === 'string' ? 0 : message.content.filter(({ type }) => type === 'image_url').length;
    }
  });
  const lastRole = messages.at(-1)?.role;
  const isToolTurn = lastRole === 'tool' || lastRole === 'function';
  return {
    size: { characters, messages: messages.length, images },
    userText,
    turn: isToolTurn ? 'tool' : lastRole === 'assistant' ? 'assistant' : 'user',
    toolResultText: isToolTurn ? lastText : '',
  };
}

/** Every call is answered by the tool messages right after it, and those answer nothing else. */
function checkToolCalls(messages: readonly ChatMessage[]): void {
  let open = new Set<string>();
  let isAnswering = false;
  messages.forEach((message, index) => {
    if (message.role === 'tool') {
      if (!isAnswering) {
        throw invalid(
          `messages[${index}].role`,
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        );
      }
      if (!open.delete(message.tool_call_id)) {
        throw invalid(
          `messages[${index}].tool_call_id`,
          `Invalid parameter: 'tool_call_id' of '${message.tool_call_id}' not found in 'tool_calls' of previous message.`,
        );
      }
      return;
    }
    requireAnswered(open, index);
    const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
    open = new Set(calls.map(({ id }) => id));
    isAnswering = calls.length > 0;
  });
  requireAnswered(open, messages.length);
}

function requireAnswered(open: ReadonlySet<string>, index: number): void {
  if (open.size === 0) return;
  const ids = [...open].join(', ');
  throw invalid(
    `messages[${index}].role`,
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids}`,
  );
}

function textOf(content: ChatMessage['content']): string {
  if (typeof content === 'string') return content;
  const parts: readonly { readonly type: string; readonly text?: unknown }[] = content ?? [];
  return parts.flatMap((part) => (part.type === 'text' && typeof part.text === 'string' ? [part.text] : [])).join('\n');
}

function invalid(param: string, message: string): RequestProblem {
  return new RequestProblem(400, message, { param });
}
