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
const names = ['data', 'event', 'id', 'retry'] as const;

/**
 * Reads one event's lines, the blank line at its end included or not. An event may consist of a million lines, so none of them
 * becomes a text of its own.
 */
export function readSseFields(event: Buffer): SseFields {
  let isWellFormed = true;
  let dataLines = 0;
  let dataStart = 0;
  let dataEnd = 0;
  let joined: Buffer | null = null;
  let joinedBytes = 0;
  for (let start = 0, next = 0; start < event.length; start = next + 1) {
    next = event.indexOf(LF, start);
    if (next === -1) next = event.length;
    const end = next > start && event[next - 1] === CR ? next - 1 : next;
    if (end === start || event[start] === COLON) continue;
    const name = nameAt(event, start, end);
    if (name === null) isWellFormed = false;
    if (name !== 'data') continue;
    const valueStart = Math.min(end, start + name.length + 1);
    const from = valueStart < end && event[valueStart] === SPACE ? valueStart + 1 : valueStart;
    dataLines += 1;
    if (dataLines === 1) {
      // A single line, which is the rule, is not copied.
      dataStart = from;
      dataEnd = end;
      continue;
    }
    if (joined === null) {
      joined = Buffer.allocUnsafe(event.length);
      joinedBytes = event.copy(joined, 0, dataStart, dataEnd);
    }
    joined[joinedBytes] = LF;
    joinedBytes += 1 + event.copy(joined, joinedBytes + 1, from, end);
  }
  if (dataLines === 0) return { data: null, isWellFormed };
  const data = joined?.toString('utf8', 0, joinedBytes) ?? event.toString('utf8', dataStart, dataEnd);
  return { data, isWellFormed };
}

/** The field that the line names, with a colon behind it or nothing; null where it is none of the format. */
function nameAt(event: Buffer, start: number, end: number): (typeof names)[number] | null {
  return names.find((name) => isNameAt(event, start, end, name)) ?? null;
}

function isNameAt(event: Buffer, start: number, end: number, name: string): boolean {
  const after = start + name.length;
  if (after > end || (after < end && event[after] !== COLON)) return false;
  for (let at = 0; at < name.length; at += 1) if (event[start + at] !== name.charCodeAt(at)) return false;
  return true;
}
