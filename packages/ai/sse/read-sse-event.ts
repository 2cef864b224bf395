import type { SseEvent } from './sse-event.ts';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;

/**
 * Reads one event's lines, the blank line at its end included or not; null where it has no data (a comment, a bare
 * `event:`). Comments and fields of other names are passed over, as the standard says. An event may consist of a million
 * lines, so none of them becomes a text of its own.
 */
export function readSseEvent(event: Buffer): SseEvent | null {
  let name = '';
  let dataLines = 0;
  let dataStart = 0;
  let dataEnd = 0;
  let joined: Buffer | null = null;
  let joinedBytes = 0;
  const lineEnd = lineEnds(event);
  for (let start = 0, end = 0; start < event.length; start = end + 1) {
    end = lineEnd(start);
    if (end === start || event[start] === COLON) continue;
    if (isNameAt(event, start, end, 'event')) name = event.toString('utf8', valueStart(event, start, end, 5), end);
    if (!isNameAt(event, start, end, 'data')) continue;
    const from = valueStart(event, start, end, 4);
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
  if (dataLines === 0) return null;
  const data = joined?.toString('utf8', 0, joinedBytes) ?? event.toString('utf8', dataStart, dataEnd);
  return { name, data };
}

/** Where the line at an index ends: at LF or CR. The empty line between CR and LF is passed over like any other. */
function lineEnds(event: Buffer): (start: number) => number {
  let cr = event.indexOf(CR);
  let lf = -2;
  return (start) => {
    if (cr !== -1 && cr < start) cr = event.indexOf(CR, start);
    if (lf !== -1 && lf < start) lf = event.indexOf(LF, start);
    if (lf === -1 && cr === -1) return event.length;
    return lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
  };
}

/** The value behind a name and its colon, without the one space that may follow. */
function valueStart(event: Buffer, start: number, end: number, nameBytes: number): number {
  const from = Math.min(end, start + nameBytes + 1);
  return from < end && event[from] === SPACE ? from + 1 : from;
}

function isNameAt(event: Buffer, start: number, end: number, name: string): boolean {
  const after = start + name.length;
  if (after > end || (after < end && event[after] !== COLON)) return false;
  for (let at = 0; at < name.length; at += 1) if (event[start + at] !== name.charCodeAt(at)) return false;
  return true;
}
