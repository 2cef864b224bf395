const LF = 0x0a;
const CR = 0x0d;

/** Where the next blank line ends, and whether the event before it has one line only. */
export interface EventEnd {
  /** Index after the blank line. */
  readonly end: number;
  readonly isOneLine: boolean;
}

/**
 * Finds the blank line that ends the event at `start`; null if it has not come yet. Ask for events from left to right.
 *
 * A line ends with LF, CRLF or CR. A blank line of a CR alone ends where another byte follows or where the line before it
 * ended with a CR alone, too: else its LF may be on its way. A LF behind it then belongs to the next event, as a blank
 * line before an event's first one does.
 */
export function findEventEnds(text: string): (start: number) => EventEnd | null {
  /** The next CR, so that a text without any is searched for one only once. */
  let cr = -2;
  return (start) => {
    if (cr !== -1 && cr < start) cr = text.indexOf('\r', start);
    if (cr === -1) return endByLf(text, start);
    return endByAny(text, start);
  };
}

function endByLf(text: string, start: number): EventEnd | null {
  let lines = 0;
  for (let at = text.indexOf('\n', start); at !== -1; at = text.indexOf('\n', at + 1)) {
    // A blank line before the event's first line is part of it.
    if (at !== start) lines += 1;
    if (text.charCodeAt(at + 1) === LF) return { end: at + 2, isOneLine: lines === 1 };
  }
  return null;
}

function endByAny(text: string, start: number): EventEnd | null {
  let lines = 0;
  let lf = -2;
  let cr = -2;
  for (let lineStart = start; ; ) {
    if (lf !== -1 && lf < lineStart) lf = text.indexOf('\n', lineStart);
    if (cr !== -1 && cr < lineStart) cr = text.indexOf('\r', lineStart);
    const at = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
    if (at === -1) return null;
    if (at > lineStart) lines += 1;
    const isBareCr = at === cr && text.charCodeAt(at + 1) !== LF;
    lineStart = at === cr && !isBareCr ? at + 2 : at + 1;
    const end = blankEnd(text, lineStart, isBareCr);
    if (end !== -1) return { end, isOneLine: lines === 1 };
  }
}

/** Where the blank line at `at` ends; -1: there is none, or it is not known yet. */
function blankEnd(text: string, at: number, isAfterBareCr: boolean): number {
  const code = text.charCodeAt(at);
  if (code === LF) return at + 1;
  if (code !== CR) return -1;
  if (isAfterBareCr) return at + 1;
  if (at + 1 === text.length) return -1;
  return text.charCodeAt(at + 1) === LF ? at + 2 : at + 1;
}
