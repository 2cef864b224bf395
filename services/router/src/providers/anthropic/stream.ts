import { asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { ChunkDelta, CompletionChunk, FinishReason } from '#openai-wire/chunk.ts';
import { doneEvent, readSseFields, sseEvent } from '#openai-wire/sse.ts';
import type { AnswerDecoder, AnswerStatus } from '../../ports.ts';
import { createEventCutter, findEventEnd } from '../event-cutter.ts';
import { createGeneratedText } from '../generated-text.ts';
import { HEARD_MAX_BYTES } from '../heard-max.ts';
import { type BlockDeltas, createBlockDeltas } from './block-deltas.ts';
import { addGenerated } from './event-text.ts';
import { finishReasonOf } from './stop-reason.ts';
import { mergeUsage, readAnthropicUsage, toOpenAiUsage } from './usage.ts';

const BYTE_ORDER_MARK = Buffer.from('\ufeff');

interface StreamOptions {
  readonly model: string;
  readonly jsonToolName: string | null;
  /** The client wants the usage chunk. */
  readonly isUsageAsked: boolean;
}

/**
 * Translates a Messages stream into chat completion chunks. The chunk with the finish reason is held back with the
 * usage and `[DONE]`: a stream that breaks before `message_stop` must not look finished. After an event that is too long to be
 * kept the stream is read for its usage alone.
 */
export function createAnthropicStreamDecoder(options: StreamOptions): AnswerDecoder {
  const cutter = createEventCutter();
  const text = createGeneratedText();
  const blocks: BlockDeltas = createBlockDeltas(options.jsonToolName);
  let head: Omit<CompletionChunk, 'choices'> | null = null;
  let status: AnswerStatus = 'open';
  let isOver = false;
  let heardBytes = 0;
  let usage: JsonObject | null = null;
  /** `message_start` names an output of a token or so: the count of the answer comes with `message_delta`. */
  let isUsageFinal = false;
  let stopReason: unknown = null;
  /** The chunk that names the role: it waits for content, for until then another provider may still answer. */
  let opening = '';
  let out = '';

  function end(as: AnswerStatus): void {
    if (status === 'open') status = as;
    isOver = true;
  }

  function chunk(delta: ChunkDelta, finishReason: FinishReason | null = null): string {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finishReason };
    return sseEvent({ ...head, choices: [choice] });
  }

  function take(event: JsonObject | null): void {
    const type = event?.['type'];
    if (!event || typeof type !== 'string') end('invalid');
    else if (type === 'error') end('failed');
    else if (type === 'message_start') begin(asObject(event['message']));
    // New kinds of event may be added by the API at any time; those without meaning here are passed over.
    else if (head) takeContent(type, event);
    else if (type.startsWith('content_block') || type.startsWith('message_')) end('invalid');
  }

  function begin(message: JsonObject | null): void {
    const model = message?.['model'];
    head = {
      id: String(message?.['id']),
      object: 'chat.completion.chunk',
      created: Math.floor(Date.now() / 1000),
      model: typeof model === 'string' ? model : options.model,
    };
    usage = mergeUsage(usage, message?.['usage']);
    opening = chunk({ role: 'assistant', content: '' });
  }

  function takeContent(type: string, event: JsonObject): void {
    if (type === 'message_delta') {
      stopReason = asObject(event['delta'])?.['stop_reason'] ?? stopReason;
      usage = mergeUsage(usage, event['usage']);
      isUsageFinal ||= typeof asObject(event['usage'])?.['output_tokens'] === 'number';
    } else if (type === 'message_stop') {
      end('whole');
    } else {
      addGenerated(text, type, event);
      const delta = blocks.deltaOf(type, event);
      if (!delta) return;
      out += opening + chunk(delta);
      opening = '';
    }
  }

  function cut(bytes: Buffer): void {
    const lines = bytes.toString('latin1');
    let at = 0;
    for (let next = findEventEnd(lines, 0); next && !isOver; next = findEventEnd(lines, at)) {
      const { data, isWellFormed } = readSseFields(bytes.subarray(at, next.end));
      if (!isWellFormed) end('invalid');
      else if (data !== null) take(parseObject(data));
      at = next.end;
    }
    if (!isOver) cutter.keep(bytes.subarray(at));
  }

  return {
    push(piece) {
      out = '';
      const isMarked = heardBytes === 0 && piece.indexOf(BYTE_ORDER_MARK) === 0;
      const bytes = cutter.add(isMarked ? piece.subarray(BYTE_ORDER_MARK.length) : piece);
      heardBytes += piece.length;
      if (bytes) cut(bytes);
      if (!isOver && cutter.isTooLong()) {
        if (head) status = 'too-long';
        else end('invalid');
        cutter.skip(() => undefined);
      }
      if (status === 'too-long') {
        isOver ||= heardBytes > HEARD_MAX_BYTES;
        return null;
      }
      return out === '' ? null : Buffer.from(out);
    },
    end() {
      // An event without its blank line is no event, and only message_stop makes the stream whole.
      isOver ||= status === 'too-long';
    },
    status: () => status,
    isOver: () => isOver,
    usage: () => readAnthropicUsage(usage),
    isUsageFinal: () => isUsageFinal,
    hasWork: () => isUsageFinal || !text.isEmpty(),
    closing() {
      const read = readAnthropicUsage(usage);
      const isUsageTold = options.isUsageAsked && read;
      const last = isUsageTold ? sseEvent({ ...head, choices: [], usage: toOpenAiUsage(read) }) : '';
      const finish = chunk({}, finishReasonOf(stopReason, blocks.hasCalls()));
      return Buffer.from(opening + finish + last + doneEvent.toString());
    },
    sample: text.read,
  };
}
