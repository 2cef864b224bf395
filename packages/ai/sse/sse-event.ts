/** One server-sent event. */
export interface SseEvent {
  /** The `event:` line's; empty: there is none. */
  readonly name: string;
  /** The data lines, joined. */
  readonly data: string;
}
