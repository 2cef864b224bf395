import { asObject, type JsonObject } from '#kernel/json.ts';
import type { ReadState } from '../../format.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { OpenCall, PartCollector } from '../anthropic-messages/part-collector.ts';
import { textOf } from '../anthropic-messages/read-answer.ts';
import { foreign, isClientsTool, stopSequenceOf } from './read-answer.ts';

/** Far more blocks than an answer has open at a time. */
const OPEN_BLOCKS_MAX = 1_000;

/** Exceptions are events by their own names: `throttlingException`. */
const exception = /exception$/i;

/** A block whose end has not come. Text has none: its pieces are parts as they come. */
type OpenBlock =
  | { readonly kind: 'call'; readonly call: OpenCall; hasInput: boolean }
  | { readonly kind: 'thought'; signature: string; readonly redacted: Buffer[] }
  /** What only Amazon has, with the input that has come of it. */
  | { readonly kind: 'foreign'; readonly start: JsonObject; input: string };

/** Reads the events of a stream into parts. What is unknown is passed over. */
export interface EventReader {
  read(event: SseEvent): ReadState;
  /** The bytes have ended: whole if the answer had said why it stopped. */
  readEnd(): ReadState;
}

export interface EventSinks {
  readonly parts: PartCollector;
  /** The `metadata` event, which has the usage. */
  metadata(event: JsonObject): void;
  failed(name: string, document: JsonObject): void;
}

interface Reader {
  readonly sinks: EventSinks;
  /** By the block's index. */
  readonly open: Map<unknown, OpenBlock>;
  hasStopped: boolean;
  hasMetadata: boolean;
  state: ReadState;
}

/** The usage comes behind the reason to stop: an answer is whole when both are there, or when the bytes end behind the reason. */
export function createEventReader(sinks: EventSinks): EventReader {
  const reader: Reader = { sinks, open: new Map(), hasStopped: false, hasMetadata: false, state: 'open' };
  return {
    read({ name, data }) {
      if (reader.state !== 'open') return reader.state;
      const event = parseObjectKeptDigits(data);
      if (exception.test(name)) fail(reader, name, event ?? { message: data });
      else if (event !== null) take(reader, name, event);
      return reader.state;
    },
    readEnd() {
      if (reader.state === 'open' && reader.hasStopped) reader.state = 'whole';
      return reader.state;
    },
  };
}

function take(reader: Reader, name: string, event: JsonObject): void {
  const { sinks, hasStopped } = reader;
  if (name === 'metadata') {
    sinks.metadata(event);
    reader.hasMetadata = true;
    if (hasStopped) reader.state = 'whole';
  } else if (hasStopped) return;
  else if (name === 'messageStart') sinks.parts.start(undefined, undefined);
  else if (name === 'contentBlockStart') startBlock(reader, event);
  else if (name === 'contentBlockDelta') readDelta(reader, event);
  else if (name === 'contentBlockStop') stopBlock(reader, event['contentBlockIndex']);
  else if (name === 'messageStop') stop(reader, event);
}

function startBlock(reader: Reader, event: JsonObject): void {
  const { open, sinks } = reader;
  const start = asObject(event['start']);
  const index = event['contentBlockIndex'];
  if (start === null || Object.keys(start).length === 0 || open.size >= OPEN_BLOCKS_MAX) return;
  sinks.parts.start(undefined, undefined);
  endThoughts(reader, index);
  stopBlock(reader, index);
  const called = asObject(start['toolUse']);
  if (called !== null && isClientsTool(called)) {
    open.set(index, { kind: 'call', call: sinks.parts.call(called['toolUseId'], called['name']), hasInput: false });
  } else open.set(index, { kind: 'foreign', start, input: '' });
}

function readDelta(reader: Reader, event: JsonObject): void {
  const { parts } = reader.sinks;
  const delta = asObject(event['delta']);
  if (delta === null) return;
  const index = event['contentBlockIndex'];
  parts.start(undefined, undefined);
  endThoughts(reader, index);
  const thought = asObject(delta['reasoningContent']);
  if (typeof delta['text'] === 'string') parts.text(delta['text']);
  else if (thought !== null) readThought(reader, index, thought);
  else if (asObject(delta['citation']) !== null) parts.foreign('citation', JSON.stringify(delta['citation']));
  else addInput(reader.open.get(index), textOf(asObject(delta['toolUse'])?.['input']));
}

function addInput(block: OpenBlock | undefined, json: string): void {
  if (json === '') return;
  if (block?.kind === 'foreign') block.input += json;
  if (block?.kind !== 'call') return;
  block.hasInput = true;
  block.call.input(json);
}

/** Amazon begins no block of thoughts: its first piece does. */
function readThought({ open, sinks }: Reader, index: unknown, thought: JsonObject): void {
  sinks.parts.thinking(textOf(thought['text']));
  let block = open.get(index);
  if (block === undefined && open.size < OPEN_BLOCKS_MAX) {
    block = { kind: 'thought', signature: '', redacted: [] };
    open.set(index, block);
  }
  if (block?.kind !== 'thought') return;
  block.signature += textOf(thought['signature']);
  const redacted = textOf(thought['redactedContent']);
  if (redacted !== '') block.redacted.push(Buffer.from(redacted, 'base64'));
}

/** Thoughts end with their proof, before anything else. */
function endThoughts(reader: Reader, but: unknown): void {
  for (const [index, { kind }] of reader.open) if (kind === 'thought' && index !== but) stopBlock(reader, index);
}

function stopBlock({ sinks: { parts }, open }: Reader, index: unknown): void {
  const block = open.get(index);
  if (block === undefined) return;
  open.delete(index);
  switch (block.kind) {
    case 'call':
      // A tool without parameters has no piece of input, and a client would parse the empty text.
      if (!block.hasInput) block.call.input('{}');
      block.call.end();
      return;
    case 'thought':
      parts.proof('signature', block.signature);
      parts.proof('redacted', Buffer.concat(block.redacted).toString('base64'));
      return;
    case 'foreign':
      foreign(withInput(block.start, block.input), parts);
  }
}

function withInput(start: JsonObject, json: string): JsonObject {
  const called = asObject(start['toolUse']);
  const input = json === '' ? null : parseObjectKeptDigits(json);
  return called === null || input === null ? start : { toolUse: { ...called, input } };
}

function stop(reader: Reader, event: JsonObject): void {
  const { parts } = reader.sinks;
  parts.start(undefined, undefined);
  for (const index of [...reader.open.keys()]) stopBlock(reader, index);
  parts.finish(event['stopReason'], stopSequenceOf(event['additionalModelResponseFields']));
  reader.hasStopped = true;
  if (reader.hasMetadata) reader.state = 'whole';
}

/** Behind the reason to stop nothing of the answer is missing but its usage. */
function fail(reader: Reader, name: string, document: JsonObject): void {
  if (reader.hasStopped) {
    reader.state = 'whole';
    return;
  }
  reader.sinks.failed(name, document);
  reader.state = 'failed';
}
