import type { Usage } from '../completion-usage.ts';
import type { Completion, StreamFrames } from '../wire.ts';
import { anthropicStopReason, anthropicUsage, messageHead, toolUseId } from './completion.ts';
import { anthropicErrorBody } from './error-body.ts';

const OVERLOADED_STATUS = 529;
const DELTA_HEAD = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":';

/** The frames of a Messages stream: one content block, text or a tool's input. */
export function anthropicStreamFrames(completion: Completion): StreamFrames {
  const { answer, usage } = completion;
  const isTool = answer.toolName !== undefined;

  return {
    opening: () =>
      event('message_start', { message: startOf(completion) }) +
      event('content_block_start', { index: 0, content_block: blockOf(completion) }) +
      event('ping', {}),
    delta: (index) => {
      const piece = JSON.stringify(answer.pieces[index] ?? '');
      return isTool
        ? `${DELTA_HEAD}{"type":"input_json_delta","partial_json":${piece}}}\n\n`
        : `${DELTA_HEAD}{"type":"text_delta","text":${piece}}}\n\n`;
    },
    closing: () =>
      event('content_block_stop', { index: 0 }) +
      event('message_delta', {
        delta: { stop_reason: anthropicStopReason(completion), stop_sequence: null },
        ...(usage === undefined ? {} : { usage: anthropicUsage(usage) }),
      }),
    terminator: () => event('message_stop', {}),
    error: () => `event: error\ndata: ${anthropicErrorBody(OVERLOADED_STATUS, 'Overloaded')}\n\n`,
    garbage: () => `${DELTA_HEAD}<html>not what was asked for\n\n`,
  };
}

function startOf(completion: Completion): object {
  const { usage } = completion;
  return {
    ...messageHead(completion),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    ...(usage === undefined ? {} : { usage: anthropicUsage(usageAtStart(usage)) }),
  };
}

/** At the start the API has counted the prompt, and of the answer its first token. */
function usageAtStart(usage: Usage): Usage {
  return { ...usage, completionTokens: Math.min(1, usage.completionTokens), reasoningTokens: 0 };
}

function blockOf(completion: Completion): object {
  const { toolName } = completion.answer;
  return toolName === undefined
    ? { type: 'text', text: '' }
    : { type: 'tool_use', id: toolUseId(completion), name: toolName, input: {} };
}

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
