/** Options of one call. */
export interface RpcCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** The time for the whole call. Unary calls have a default; streams have none. */
  readonly timeoutMs?: number | undefined;
  /** The step of a trace that the call belongs to. */
  readonly traceparent?: string | undefined;
}
