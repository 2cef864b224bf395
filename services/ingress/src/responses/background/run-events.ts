import { writeJson } from '#ai/json/write-json.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { EventPiece } from './run-store.ts';

/** The last events of a stream. No other event has the status of the whole. */
const TERMINAL = /(?<![^\n])event: response\.(?:completed|incomplete|failed)\n/;

/**
 * A line that begins an event of a stream that the gateway wrote. In JSON a line's end is escaped, but not U+2028 and U+2029, which
 * `^` would take for one: what a model says behind them is no event.
 */
const EVENT_START = /(?<![^\n])event: /g;

/** One event of a stream. */
export function eventText(type: string, sequenceNumber: number, fields: JsonObject): string {
  const { type: _type, sequence_number: _sequenceNumber, ...rest } = fields;
  return `event: ${type}\ndata: ${writeJson({ type, sequence_number: sequenceNumber, ...rest })}\n\n`;
}

/** How a stream ends with this response. There is no event for a response that was cancelled: it is told as one that failed. */
export function terminalType(response: JsonObject): string {
  const { status } = response;
  return status === 'completed' || status === 'incomplete' ? `response.${status}` : 'response.failed';
}

/** Whether the stream has its last event among these. */
export function hasTerminal({ text }: EventPiece): boolean {
  return TERMINAL.test(text);
}

/** What of a piece comes after an event that the client has. */
export function textAfter({ firstSeq, text }: EventPiece, seq: number): string {
  const skipped = seq + 1 - firstSeq;
  if (skipped <= 0) return text;
  const starts = Array.from(text.matchAll(EVENT_START), ({ index }) => index);
  return text.slice(starts[skipped] ?? text.length);
}
