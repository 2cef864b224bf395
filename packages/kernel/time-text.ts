/** A time as people read it: RFC 3339, in UTC, to the millisecond. */
export function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Milliseconds since 1970 UTC of a time in RFC 3339; NaN for any other text. */
export function timeMs(text: string): number {
  return Date.parse(text);
}
