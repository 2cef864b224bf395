import type { AnswerDecoder } from '#ai/answer-decoder.ts';
import { type FrontFormatName, frontFormatNames } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import { createEventCutter } from '#ai/sse/event-cutter.ts';
import { findEventEnds } from '#ai/sse/event-ends.ts';
import { openTranslation } from '#ai/translate/translation.ts';
import type { JsonObject } from '#kernel/json.ts';
import {
  type ChatFormat,
  chatFormats,
  contextOf,
  documentOf,
  requestOf,
  rulesOf,
  streamOf,
  targetOf,
} from './format-samples.ts';

/** What is measured: `run` does it once, and throws where the outcome is wrong. */
export interface FormatTask {
  readonly kind: 'ask' | 'request' | 'stream' | 'raw-stream' | 'cut-stream' | 'raw-document' | 'copied-document';
  /** One format, or from the client's to the provider's. */
  readonly what: string;
  /** That it reads. */
  readonly bytes: number;
  run(): void;
}

export function formatTasks(): readonly FormatTask[] {
  const pairs = chatFormats.flatMap((from) => chatFormats.filter((to) => to !== from).map((to) => [from, to] as const));
  return [
    ...frontFormatNames.map(asking),
    ...pairs.map(([client, provider]) => translatingRequest(client, provider)),
    ...pairs.map(([client, provider]) => translatingStream(client, provider)),
    ...chatFormats.flatMap((name) => passing(name)),
  ];
}

function asking(name: FrontFormatName): FormatTask {
  const bytes = requestOf(name);
  const body = JSON.parse(bytes.toString()) as JsonObject;
  const { ask } = formatTable[name].server;
  return {
    kind: 'ask',
    what: name,
    bytes: bytes.length,
    run() {
      const read = ask(body, bytes.length);
      if ('refusal' in read) throw new Error(`${name} is refused: ${read.refusal.message}`);
    },
  };
}

/** The bytes of a client's request to those of the provider's. */
function translatingRequest(client: ChatFormat, provider: ChatFormat): FormatTask {
  const bytes = requestOf(client);
  const { decode } = formatTable[client].server;
  const { encode } = formatTable[provider].client;
  const target = targetOf(provider);
  return {
    kind: 'request',
    what: `${client} → ${provider}`,
    bytes: bytes.length,
    run() {
      const body = parseObjectKeptDigits(bytes.toString());
      const canonical = body && decode?.(body);
      const encoded = canonical && encode?.(canonical, target);
      if (!encoded || Buffer.from(encoded.body).length < bytes.length / 2) throw new Error('half of it is lost');
    },
  };
}

/** An answer in the provider's format to one in the client's, event by event. */
function translatingStream(client: ChatFormat, provider: ChatFormat): FormatTask {
  const [from, to] = [formatTable[provider], formatTable[client]];
  const pieces = streamOf(from);
  const context = contextOf(JSON.parse(requestOf(client).toString()) as JsonObject);
  const reading = { rules: rulesOf(provider), notes: {}, model: context.model };
  return {
    kind: 'stream',
    what: `${client} → ${provider}`,
    bytes: lengthOf(pieces),
    run: () => {
      runWhole(openTranslation({ from, to, stream: true, reading, context }), pieces);
    },
  };
}

/** An answer that is passed on, beside the least that could be done with its bytes. */
function passing(name: ChatFormat): readonly FormatTask[] {
  const { openTap } = formatTable[name].client;
  const tap = { rules: rulesOf(name), isUsageHidden: false, tellsCost: false };
  const events = streamOf(formatTable[name]);
  const document = documentOf(formatTable[name]);
  const taskOf = (kind: FormatTask['kind'], pieces: readonly Buffer[], run: () => void): FormatTask => {
    return { kind, what: name, bytes: lengthOf(pieces), run };
  };
  return [
    taskOf('raw-stream', events, () => {
      const passed = runWhole(openTap({ ...tap, stream: true }), events);
      if (passed !== lengthOf(events)) throw new Error(`${name} has other bytes than the provider's`);
    }),
    taskOf('cut-stream', events, () => cutAndCopy(events)),
    taskOf('raw-document', document, () => {
      runWhole(openTap({ ...tap, stream: false }), document);
    }),
    taskOf('copied-document', document, () => {
      if (Buffer.concat([...document]).length === 0) throw new Error('nothing was copied');
    }),
  ];
}

/** The bytes that the client has in the end. */
function runWhole(decoder: AnswerDecoder, pieces: readonly Buffer[]): number {
  let bytes = 0;
  for (const piece of pieces) bytes += decoder.push(piece)?.length ?? 0;
  decoder.end();
  if (decoder.status() !== 'whole') throw new Error(`an answer ended as ${decoder.status()}`);
  const usage = decoder.usage();
  if (usage === null) throw new Error('an answer has no usage');
  return bytes + decoder.closing({ usage: usage.usage, serviceTier: '' }).length;
}

function cutAndCopy(pieces: readonly Buffer[]): void {
  const cutter = createEventCutter();
  let copied = 0;
  for (const piece of pieces) {
    const bytes = cutter.add(piece);
    if (bytes === null) continue;
    const findEnd = findEventEnds(bytes.toString('latin1'));
    let at = 0;
    for (let next = findEnd(0); next; next = findEnd(at)) {
      copied += Buffer.from(bytes.subarray(at, next.end)).length;
      at = next.end;
    }
    cutter.keep(bytes.subarray(at));
  }
  if (copied !== lengthOf(pieces)) throw new Error('some events have no end');
}

function lengthOf(pieces: readonly Buffer[]): number {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.length;
  return bytes;
}
