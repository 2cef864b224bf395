import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext, StreamWriter } from '../../format.ts';
import { writeJson } from '../../json/write-json.ts';
import { sseEventOf } from '../../sse/write-sse-event.ts';
import { createBlockQueue, type QueuedBlock, type WrittenBlock } from './block-queue.ts';
import { stopReasonOf } from './finish.ts';
import { messageIdOf } from './message-id.ts';
import { caller, writeBlock } from './write-answer.ts';
import { writeUsage } from './write-usage.ts';

/** The block that the client is being given. */
interface Live {
  readonly queued: QueuedBlock;
  readonly index: number;
}

/**
 * Writes a stream of Messages: `message_start`, blocks one after the other, and at the end `message_delta` with the reason
 * and the whole usage, then `message_stop`. How many tokens the prompt has is not known at the start: the SDKs take the
 * numbers of `message_delta`.
 */
export function openMessagesWriter(context: AnswerContext): StreamWriter {
  const queue = createBlockQueue(context.requestId);
  let hasStarted = false;
  let live: Live | null = null;
  let index = 0;
  let stopReason: string | null = null;
  let stopSequence: string | null = null;

  function start(): string {
    if (hasStarted) return '';
    hasStarted = true;
    return messageStart(context);
  }

  /** What the client has not got yet of the blocks whose turn it is. */
  function flush(): string {
    let out = '';
    for (;;) {
      const queued = queue.blocks[0];
      if (!queued) return out;
      if (!live) {
        live = { queued, index };
        out += event('content_block_start', { index, content_block: beginningOf(queued.block) });
      }
      out += deltasOf(live);
      if (!queued.isOver) return out;
      out += signatureOf(live) + event('content_block_stop', { index });
      queue.blocks.shift();
      live = null;
      index += 1;
    }
  }

  return {
    write(part: AnswerPart) {
      if (part.type === 'start') return start();
      if (part.choice !== 0) return '';
      if (part.type === 'finish') {
        stopSequence = part.stopSequence ?? null;
        stopReason = stopReasonOf(part.reason, stopSequence);
        return '';
      }
      queue.add(part);
      const out = flush();
      return out === '' ? '' : start() + out;
    },
    close(end: AnswerEnd) {
      for (const queued of queue.blocks) queued.isOver = true;
      const rest = flush();
      const delta = { stop_reason: stopReason, stop_sequence: stopSequence, stop_details: null, container: null };
      return start() + rest + event('message_delta', { delta, usage: writeUsage(end) }) + event('message_stop', {});
    },
  };
}

function messageStart({ requestId, model }: AnswerContext): string {
  const message = {
    id: messageIdOf(requestId),
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: writeUsage(null),
  };
  return event('message_start', { message });
}

/** A block before its deltas. One that has none is whole at once. */
function beginningOf(block: WrittenBlock): unknown {
  switch (block.kind) {
    case 'text':
      return { type: 'text', text: '', citations: null };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool':
      return { type: 'tool_use', id: block.id, name: block.name, input: {}, caller };
    case 'redacted':
    case 'foreign':
      return writeBlock(block);
  }
}

/** Takes what the block has gathered: nothing is written twice, and a long text is not searched for its end. */
function deltasOf(live: Live): string {
  const { block } = live.queued;
  if (block.kind === 'redacted' || block.kind === 'foreign') return '';
  let out = block.text === '' ? '' : deltaEvent(live, textDelta(block.kind, block.text));
  block.text = '';
  if (block.kind !== 'text') return out;
  for (const json of block.citations.splice(0)) {
    const citation: unknown = JSON.parse(json);
    out += deltaEvent(live, { type: 'citations_delta', citation });
  }
  return out;
}

function textDelta(kind: 'text' | 'thinking' | 'tool', text: string): unknown {
  if (kind === 'text') return { type: 'text_delta', text };
  return kind === 'thinking'
    ? { type: 'thinking_delta', thinking: text }
    : { type: 'input_json_delta', partial_json: text };
}

function signatureOf(live: Live): string {
  const { block } = live.queued;
  if (block.kind !== 'thinking' || block.signature === '') return '';
  return deltaEvent(live, { type: 'signature_delta', signature: block.signature });
}

function deltaEvent({ index }: Live, delta: unknown): string {
  return event('content_block_delta', { index, delta });
}

function event(type: string, fields: Readonly<Record<string, unknown>>): string {
  return sseEventOf(writeJson({ type, ...fields }), type);
}
