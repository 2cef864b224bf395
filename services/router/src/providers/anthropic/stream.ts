import { createParser } from 'eventsource-parser';
import type { ChunkDelta, CompletionChunk, FinishReason } from '#openai-wire/chunk.ts';
import { asObject, type JsonObject, parseObject } from '#openai-wire/json-object.ts';
import { doneEvent, sseEvent } from '#openai-wire/sse.ts';
import type { StreamDecoder, StreamStatus } from '../../ports.ts';
import { type BlockDeltas, createBlockDeltas } from './block-deltas.ts';
import { finishReasonOf } from './stop-reason.ts';
import { createTextSample } from './text-sample.ts';
import { mergeUsage, readAnthropicUsage, toOpenAiUsage } from './usage.ts';

/** One event's text in characters; a tool's whole input comes in many. */
const EVENT_MAX_CHARACTERS = 8 * 1024 * 1024;

interface StreamOptions {
  readonly model: string;
  readonly jsonToolName: string | null;
  /** The client wants the usage chunk. */
  readonly isUsageAsked: boolean;
}

/**
 * Translates a Messages stream into chat completion chunks. The chunk with the finish reason is held back with the
 * usage and `[DONE]`: a stream that breaks before `message_stop` must not look finished.
 */
export function createAnthropicStreamDecoder(options: StreamOptions): StreamDecoder {
  const sample = createTextSample();
  const blocks: BlockDeltas = createBlockDeltas(options.jsonToolName);
  const utf8 = new TextDecoder();
  let head: Omit<CompletionChunk, 'choices'> | null = null;
  let status: StreamStatus = 'open';
  let usage: JsonObject | null = null;
  /** `message_start` names an output of a token or so: the count of the answer comes with `message_delta`. */
  let isUsageFinal = false;
  let stopReason: unknown = null;
  /** The chunk that names the role: it waits for content, for until then another provider may still answer. */
  let opening = '';
  let out = '';

  const parser = createParser({
    onEvent: ({ data }) => take(parseObject(data)),
    // Lines that are no server-sent event, or one that has no end.
    onError: () => {
      if (status === 'open') status = 'invalid';
    },
    maxBufferSize: EVENT_MAX_CHARACTERS,
  });

  function chunk(delta: ChunkDelta, finishReason: FinishReason | null = null): string {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finishReason };
    return sseEvent({ ...head, choices: [choice] });
  }

  function take(event: JsonObject | null): void {
    if (status !== 'open') return;
    const type = event?.['type'];
    if (!event || typeof type !== 'string') status = 'invalid';
    else if (type === 'error') status = 'failed';
    else if (type === 'message_start') begin(asObject(event['message']));
    // New kinds of event may be added by the API at any time; those without meaning here are passed over.
    else if (head) takeContent(type, event);
    else if (type.startsWith('content_block') || type.startsWith('message_')) status = 'invalid';
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
      status = 'whole';
    } else {
      const delta = blocks.deltaOf(type, event);
      if (!delta) return;
      sample.add(delta);
      out += opening + chunk(delta);
      opening = '';
    }
  }

  return {
    push(bytes) {
      out = '';
      try {
        parser.feed(utf8.decode(bytes, { stream: true }));
      } catch {
        status = 'invalid';
      }
      return out === '' ? null : Buffer.from(out);
    },
    end() {
      // Nothing: an event without its blank line is no event, and only message_stop makes the stream whole.
    },
    status: () => status,
    usage: () => readAnthropicUsage(usage),
    isUsageFinal: () => isUsageFinal,
    closing() {
      const read = readAnthropicUsage(usage);
      const isUsageTold = options.isUsageAsked && read;
      const last = isUsageTold ? sseEvent({ ...head, choices: [], usage: toOpenAiUsage(read) }) : '';
      const finish = chunk({}, finishReasonOf(stopReason, blocks.hasCalls()));
      return Buffer.from(opening + finish + last + doneEvent.toString());
    },
    sample: sample.read,
  };
}
