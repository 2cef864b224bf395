import { asObject, type JsonObject } from '#kernel/json.ts';
import type { ReadState } from '../../format.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import { isFailed } from './failure.ts';
import type { OpenCall, PartCollector } from './part-collector.ts';
import { inputOf, readCitations, textOf } from './read-answer.ts';

/** Far more blocks than an answer has open at a time. */
const OPEN_BLOCKS_MAX = 1_000;

/** A block whose end has not come. */
interface OpenBlock {
  readonly call: OpenCall | null;
  /** A block of Anthropic's own kind, to be kept as it is. */
  readonly foreign: JsonObject | null;
  /** The input that the block began with, for one that gets no deltas. */
  readonly firstInput: unknown;
  hasDeltas: boolean;
  /** Of thoughts: what has come of it. */
  signature: string;
  /** Of a foreign block: its deltas. */
  input: string;
}

/** Reads the events of a stream into parts. What is unknown is passed over. */
export interface EventReader {
  read(event: SseEvent): ReadState;
  /** The bytes have ended: whole if the answer had said why it stopped. */
  readEnd(): ReadState;
}

export interface EventSinks {
  readonly parts: PartCollector;
  usage(report: unknown, isFinal: boolean): void;
  failed(document: JsonObject): void;
}

interface Reader {
  readonly sinks: EventSinks;
  /** By the block's index. */
  readonly open: Map<unknown, OpenBlock>;
  stopReason: unknown;
  stopSequence: unknown;
  state: ReadState;
}

export function createEventReader(sinks: EventSinks): EventReader {
  const reader: Reader = { sinks, open: new Map(), stopReason: null, stopSequence: null, state: 'open' };
  return {
    read({ name, data }) {
      if (reader.state !== 'open') return reader.state;
      const event = parseObjectKeptDigits(data);
      if (event) take(reader, event, name);
      // An error need not be JSON.
      else if (name === 'error') fail(reader, { type: 'error', message: data });
      return reader.state;
    },
    readEnd() {
      if (reader.state === 'open' && typeof reader.stopReason === 'string') finish(reader);
      return reader.state;
    },
  };
}

function take(reader: Reader, event: JsonObject, name: string): void {
  const { sinks } = reader;
  const type = typeof event['type'] === 'string' ? event['type'] : name;
  if (type === 'error' || isFailed(event)) fail(reader, event);
  else if (type === 'message_start') start(reader, asObject(event['message']));
  else if (type === 'content_block_start') startBlock(reader, event);
  else if (type === 'content_block_delta') readDelta(reader, event);
  else if (type === 'content_block_stop') stopBlock(reader, event['index']);
  else if (type === 'message_delta') {
    const delta = asObject(event['delta']);
    reader.stopReason = delta?.['stop_reason'] ?? reader.stopReason;
    reader.stopSequence = delta?.['stop_sequence'] ?? reader.stopSequence;
    sinks.usage(event['usage'], typeof reader.stopReason === 'string');
  } else if (type === 'message_stop') {
    sinks.parts.start(undefined, undefined);
    finish(reader);
  }
}

function start({ sinks }: Reader, message: JsonObject | null): void {
  sinks.parts.start(message?.['id'], message?.['model']);
  sinks.usage(message?.['usage'], false);
}

function startBlock(reader: Reader, event: JsonObject): void {
  const { open, sinks } = reader;
  const { parts } = sinks;
  const block = asObject(event['content_block']);
  if (!block || open.size >= OPEN_BLOCKS_MAX) return;
  parts.start(undefined, undefined);
  // Thoughts end with their signature, before anything else.
  for (const [index, { call, foreign }] of open) if (!call && !foreign) stopBlock(reader, index);
  const opened = { call: null, foreign: null, firstInput: undefined, hasDeltas: false, signature: '', input: '' };
  switch (block['type']) {
    case 'text':
      parts.text(textOf(block['text']));
      readCitations(block['citations'], parts);
      break;
    case 'thinking':
      parts.thinking(textOf(block['thinking']));
      open.set(event['index'], { ...opened, signature: textOf(block['signature']) });
      break;
    case 'redacted_thinking':
      parts.proof('redacted', textOf(block['data']));
      break;
    case 'tool_use':
      open.set(event['index'], {
        ...opened,
        call: parts.call(block['id'], block['name']),
        firstInput: block['input'],
      });
      break;
    default:
      open.set(event['index'], { ...opened, foreign: block });
  }
}

function readDelta({ sinks: { parts }, open }: Reader, event: JsonObject): void {
  const delta = asObject(event['delta']);
  if (!delta) return;
  parts.start(undefined, undefined);
  switch (delta['type']) {
    case 'text_delta':
      parts.text(textOf(delta['text']));
      break;
    case 'thinking_delta':
      parts.thinking(textOf(delta['thinking']));
      break;
    case 'signature_delta': {
      const block = open.get(event['index']);
      if (block) block.signature += textOf(delta['signature']);
      break;
    }
    case 'citations_delta':
      if (asObject(delta['citation'])) parts.foreign('citation', JSON.stringify(delta['citation']));
      break;
    case 'input_json_delta': {
      const block = open.get(event['index']);
      if (block) addInput(block, textOf(delta['partial_json']));
    }
  }
}

function addInput(block: OpenBlock, json: string): void {
  if (json === '') return;
  block.hasDeltas = true;
  if (block.foreign) block.input += json;
  else block.call?.input(json);
}

function stopBlock({ sinks: { parts }, open }: Reader, index: unknown): void {
  const block = open.get(index);
  if (!block) return;
  open.delete(index);
  if (block.foreign) {
    const input = block.hasDeltas ? parseObjectKeptDigits(block.input) : null;
    parts.foreign(String(block.foreign['type']), JSON.stringify(input ? { ...block.foreign, input } : block.foreign));
    return;
  }
  if (!block.call) {
    parts.proof('signature', block.signature);
    return;
  }
  // Some providers give all of an input at the block's start. A tool without parameters has none, and a client would parse
  // the empty text.
  if (!block.hasDeltas) block.call.input(inputOf(block.firstInput));
  block.call.end();
}

function finish(reader: Reader): void {
  for (const index of [...reader.open.keys()]) stopBlock(reader, index);
  reader.sinks.parts.finish(reader.stopReason, reader.stopSequence);
  reader.state = 'whole';
}

function fail(reader: Reader, document: JsonObject): void {
  reader.sinks.failed(document);
  reader.state = 'failed';
}
