import { parseObject } from '#kernel/json.ts';
import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext } from '../../format.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { createBlockQueue, type WrittenBlock } from './block-queue.ts';
import { stopReasonOf } from './finish.ts';
import { messageIdOf } from './message-id.ts';
import { writeUsage } from './write-usage.ts';

/** A whole answer as a message. Messages has one choice: of others, nothing is written. */
export function writeMessage(parts: readonly AnswerPart[], end: AnswerEnd, context: AnswerContext): string {
  const queue = createBlockQueue(context.requestId);
  let stopReason: string | null = null;
  let stopSequence: string | null = null;
  for (const part of parts) {
    if (part.type === 'start' || part.choice !== 0) continue;
    if (part.type === 'finish') {
      stopSequence = part.stopSequence ?? null;
      stopReason = stopReasonOf(part.reason, stopSequence);
    } else queue.add(part);
  }
  return writeJson({
    id: messageIdOf(context.requestId),
    type: 'message',
    role: 'assistant',
    model: context.model,
    content: queue.blocks.map(({ block }) => writeBlock(block)),
    stop_reason: stopReason,
    stop_sequence: stopSequence,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: writeUsage(end),
  });
}

/** A block as it stands in a message. */
export function writeBlock(block: WrittenBlock): unknown {
  switch (block.kind) {
    case 'text':
      return {
        type: 'text',
        text: block.text,
        citations: block.citations.length > 0 ? block.citations.map((json) => new RawJson(json)) : null,
      };
    case 'thinking':
      return { type: 'thinking', thinking: block.text, signature: block.signature };
    case 'redacted':
      return { type: 'redacted_thinking', data: block.data };
    case 'tool':
      return { type: 'tool_use', id: block.id, name: block.name, input: inputOf(block.text), caller };
    case 'foreign':
      return new RawJson(block.json);
  }
}

/** Every call is the model's own. */
export const caller = { type: 'direct' } as const;

/** What a model wrote as input, if it is an object; else as the text it is, because an empty object would hide it. */
function inputOf(text: string): unknown {
  if (text.trim() === '') return {};
  return parseObject(text) === null ? text : new RawJson(text);
}
