/** The last event of a stream: it tells an SDK that the answer is whole. */
export const doneEvent: Buffer = Buffer.from('data: [DONE]\n\n');

/** A value as one server-sent event. JSON has no line breaks of its own, so one data line is enough. */
export function sseEvent(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** What the lines of one server-sent event say. */
export interface SseFields {
  /** The data lines, joined; null where there is none (a comment, a bare `event:`). */
  readonly data: string | null;
  /** Every line is a comment or a field of the format: else it is no server-sent event at all. */
  readonly isWellFormed: boolean;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const knownField = /^(data|event|id|retry)(:|$)/;
/** `event:` and `retry:`, the longest names. */
const NAME_MAX_BYTES = 6;

/**
 * Reads one event's lines, the blank line at its end included or not. An event may consist of a million lines, so none of them
 * becomes a text of its own.
 */
export function readSseFields(event: Buffer): SseFields {
  const data = createDataLines(event);
  let isWellFormed = true;
  for (let start = 0; start < event.length; ) {
    const next = lineEnd(event, start);
    const end = next > start && event[next - 1] === CR ? next - 1 : next;
    if (end > start && event[start] !== COLON) {
      const [, name, colon] =
        knownField.exec(event.toString('latin1', start, Math.min(end, start + NAME_MAX_BYTES))) ?? [];
      if (name === undefined) isWellFormed = false;
      else if (name === 'data') data.add(colon === ':' ? valueStart(event, start + 'data:'.length, end) : end, end);
    }
    start = next + 1;
  }
  return { data: data.read(), isWellFormed };
}

/** Puts data lines together; a single one, which is the rule, is not copied. */
function createDataLines(event: Buffer) {
  let lines = 0;
  let only = { start: 0, end: 0 };
  let joined = event;
  let length = 0;

  return {
    add(start: number, end: number): void {
      lines += 1;
      if (lines === 1) {
        only = { start, end };
        return;
      }
      if (lines === 2) {
        joined = Buffer.allocUnsafe(event.length);
        length = event.copy(joined, 0, only.start, only.end);
      }
      joined[length] = LF;
      length += 1 + event.copy(joined, length + 1, start, end);
    },
    read(): string | null {
      if (lines === 0) return null;
      return lines === 1 ? event.toString('utf8', only.start, only.end) : joined.toString('utf8', 0, length);
    },
  };
}

function lineEnd(event: Buffer, start: number): number {
  let at = start;
  while (at < event.length && event[at] !== LF) at += 1;
  return at;
}

function valueStart(event: Buffer, start: number, end: number): number {
  return start < end && event[start] === SPACE ? start + 1 : start;
}
