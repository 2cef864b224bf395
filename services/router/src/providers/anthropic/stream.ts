import type { ChunkDelta, CompletionChunk, FinishReason } from '#ai/formats/openai-chat/chunk.ts';
import { createGeneratedText, type GeneratedText } from '#ai/json/generated-text.ts';
import { createEventCutter, type EventCutter } from '#ai/sse/event-cutter.ts';
import { findEventEnds } from '#ai/sse/event-ends.ts';
import { HEARD_MAX_BYTES } from '#ai/sse/heard-max.ts';
import { readSseEvent } from '#ai/sse/read-sse-event.ts';
import { doneEvent, sseEvent } from '#ai/sse/write-sse-event.ts';
import { asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus } from '../../ports.ts';
import { mergeUsage, readAnthropicUsage, toOpenAiUsage } from './anthropic-usage.ts';
import { type BlockDeltas, createBlockDeltas } from './block-deltas.ts';
import { addGenerated } from './event-text.ts';
import { finishReasonOf } from './stop-reason.ts';

interface StreamOptions {
  readonly model: string;
  readonly jsonToolName: string | null;
  /** Whether the client wants the usage chunk. */
  readonly isUsageAsked: boolean;
}

/** The state of a Messages stream. */
interface MessagesStream {
  readonly options: StreamOptions;
  readonly cutter: EventCutter;
  readonly text: GeneratedText;
  readonly blocks: BlockDeltas;
  head: Omit<CompletionChunk, 'choices'> | null;
  status: AnswerStatus;
  isOver: boolean;
  heardBytes: number;
  usage: JsonObject | null;
  /** `message_start` reports an output of a token or so. `message_delta` brings the count of the answer. */
  isUsageFinal: boolean;
  stopReason: unknown;
  /** The chunk that names the role. It waits for content, because until then another provider may still answer. */
  opening: string;
  /** The client's part of the current piece. */
  out: string;
}

/**
 * Translates a Messages stream into chat completion chunks. Holds back the chunk with the finish reason together with
 * the usage and `[DONE]`: a stream that breaks before `message_stop` must not look finished. After an event that is too
 * long to keep, the stream is read for its usage alone.
 */
export function createAnthropicStreamDecoder(options: StreamOptions): AnswerDecoder {
  const stream: MessagesStream = {
    options,
    cutter: createEventCutter(),
    text: createGeneratedText(),
    blocks: createBlockDeltas(options.jsonToolName),
    head: null,
    status: 'open',
    isOver: false,
    heardBytes: 0,
    usage: null,
    isUsageFinal: false,
    stopReason: null,
    opening: '',
    out: '',
  };
  return {
    push: (piece) => push(stream, piece),
    end() {
      // An event without its blank line is no event, and only message_stop makes the stream whole.
      stream.isOver ||= stream.status === 'too-long';
    },
    status: () => stream.status,
    isOver: () => stream.isOver,
    usage: () => readAnthropicUsage(stream.usage),
    isUsageFinal: () => stream.isUsageFinal,
    hasWork: () => stream.isUsageFinal || !stream.text.isEmpty(),
    closing: () => closing(stream),
    sample: stream.text.read,
  };
}

function push(stream: MessagesStream, piece: Buffer): Buffer | null {
  const { cutter } = stream;
  stream.out = '';
  const bytes = cutter.add(piece);
  stream.heardBytes += piece.length;
  if (bytes) cut(stream, bytes);
  if (!stream.isOver && cutter.isTooLong()) {
    if (stream.head) stream.status = 'too-long';
    else end(stream, 'invalid');
    cutter.skip(() => undefined);
  }
  if (stream.status === 'too-long') {
    stream.isOver ||= stream.heardBytes > HEARD_MAX_BYTES;
    return null;
  }
  return stream.out === '' ? null : Buffer.from(stream.out);
}

/** Takes the whole events of `bytes`, and keeps the rest. */
function cut(stream: MessagesStream, bytes: Buffer): void {
  const findEnd = findEventEnds(bytes.toString('latin1'));
  let at = 0;
  for (let next = findEnd(0); next && !stream.isOver; next = findEnd(at)) {
    const event = readSseEvent(bytes.subarray(at, next.end));
    if (event !== null) take(stream, parseObject(event.data));
    at = next.end;
  }
  if (!stream.isOver) stream.cutter.keep(bytes.subarray(at));
}

function take(stream: MessagesStream, event: JsonObject | null): void {
  const type = event?.['type'];
  if (!event || typeof type !== 'string') end(stream, 'invalid');
  else if (type === 'error') end(stream, 'failed');
  else if (type === 'message_start') begin(stream, asObject(event['message']));
  // The API may add new kinds of event at any time. Unknown ones are skipped.
  else if (stream.head) takeContent(stream, type, event);
  else if (type.startsWith('content_block') || type.startsWith('message_')) end(stream, 'invalid');
}

function begin(stream: MessagesStream, message: JsonObject | null): void {
  const model = message?.['model'];
  stream.head = {
    id: String(message?.['id']),
    object: 'chat.completion.chunk',
    created: Math.floor(Date.now() / 1000),
    model: typeof model === 'string' ? model : stream.options.model,
  };
  stream.usage = mergeUsage(stream.usage, message?.['usage']);
  stream.opening = chunk(stream, { role: 'assistant', content: '' });
}

function takeContent(stream: MessagesStream, type: string, event: JsonObject): void {
  if (type === 'message_delta') {
    stream.stopReason = asObject(event['delta'])?.['stop_reason'] ?? stream.stopReason;
    stream.usage = mergeUsage(stream.usage, event['usage']);
    stream.isUsageFinal ||= typeof asObject(event['usage'])?.['output_tokens'] === 'number';
  } else if (type === 'message_stop') {
    end(stream, 'whole');
  } else {
    addGenerated(stream.text, type, event);
    const delta = stream.blocks.deltaOf(type, event);
    if (!delta) return;
    stream.out += stream.opening + chunk(stream, delta);
    stream.opening = '';
  }
}

function end(stream: MessagesStream, as: AnswerStatus): void {
  if (stream.status === 'open') stream.status = as;
  stream.isOver = true;
}

function chunk({ head }: MessagesStream, delta: ChunkDelta, finishReason: FinishReason | null = null): string {
  const choice = { index: 0, delta, logprobs: null, finish_reason: finishReason };
  return sseEvent({ ...head, choices: [choice] });
}

function closing(stream: MessagesStream): Buffer {
  const { options, head, opening, stopReason, blocks } = stream;
  const read = readAnthropicUsage(stream.usage);
  const isUsageTold = options.isUsageAsked && read;
  const last = isUsageTold ? sseEvent({ ...head, choices: [], usage: toOpenAiUsage(read) }) : '';
  const finish = chunk(stream, {}, finishReasonOf(stopReason, blocks.hasCalls()));
  return Buffer.from(opening + finish + last + doneEvent.toString());
}
