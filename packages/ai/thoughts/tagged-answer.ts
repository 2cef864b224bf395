import { parseObject } from '#kernel/json.ts';
import type { AnswerDecoder } from '../answer-decoder.ts';
import type { FrontFormatName } from '../format.ts';
import { findEventEnds } from '../sse/event-ends.ts';
import { stringsAt } from './strings-at.ts';
import { isSealedAt, thoughtsAnswered } from './thoughts-answered.ts';

/** How an answer's thoughts are tagged. */
export interface Tagging {
  /** The client's. */
  readonly format: FrontFormatName;
  readonly stream: boolean;
  /** Asked for where there are thoughts. */
  readonly tag: () => string;
}

type Shape = NonNullable<ReturnType<typeof thoughtsAnswered>>;

/**
 * An answer with a tag before each of its sealed thoughts; every other byte stays. Documents that are too long to be held
 * (`json/held-document.ts`) pass without tags.
 */
export function taggedAnswer(decoder: AnswerDecoder, { format, stream, tag }: Tagging): AnswerDecoder {
  const shape = thoughtsAnswered(format);
  if (shape === undefined) return decoder;
  let isPassing = false;
  return {
    ...decoder,
    push(piece) {
      const passed = decoder.push(piece);
      if (passed === null) return null;
      isPassing = true;
      return stream ? taggedEvents(passed, shape, tag) : passed;
    },
    closing(end) {
      const bytes = decoder.closing(end);
      if (stream) return taggedEvents(bytes, shape, tag);
      return isPassing || !hasThoughts(bytes, shape) ? bytes : inserted(bytes, placesIn(bytes, shape), tag);
    },
  };
}

function hasThoughts(bytes: Buffer, { words }: Shape): boolean {
  return words.some((word) => bytes.includes(word));
}

/** Whole events. */
function taggedEvents(bytes: Buffer, shape: Shape, tag: () => string): Buffer {
  if (!hasThoughts(bytes, shape)) return bytes;
  const findEnd = findEventEnds(bytes.toString('latin1'));
  const places: number[] = [];
  let at = 0;
  for (let next = findEnd(0); next !== null; next = findEnd(at)) {
    const event = bytes.subarray(at, next.end);
    const data = hasThoughts(event, shape) ? dataIn(event) : null;
    if (data !== null) {
      const from = at + data.start;
      for (const place of placesIn(event.subarray(data.start, data.end), shape)) places.push(from + place);
    }
    at = next.end;
  }
  return inserted(bytes, places, tag);
}

const dataLine = /(?:^|[\r\n])data:([^\r\n]*)/g;

/** An event's data, where it is one line, as of every provider; null: it is not. */
function dataIn(event: Buffer): { readonly start: number; readonly end: number } | null {
  const [line, ...others] = event.toString('latin1').matchAll(dataLine);
  if (line === undefined || others.length > 0) return null;
  const end = line.index + line[0].length;
  return { start: end - (line[1] ?? '').length, end };
}

function placesIn(json: Buffer, shape: Shape): readonly number[] {
  const document = parseObject(json.toString());
  if (document === null) return [];
  // One byte is one character, so that an index in the text is one in the bytes.
  return stringsAt(json.toString('latin1'), (path) => isSealedAt(shape, document, path));
}

function inserted(bytes: Buffer, places: readonly number[], tag: () => string): Buffer {
  if (places.length === 0) return bytes;
  const text = Buffer.from(tag());
  const parts: Buffer[] = [];
  let from = 0;
  for (const place of places) {
    parts.push(bytes.subarray(from, place), text);
    from = place;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}
