/** How one call is made. */
export interface RpcCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the whole call may take. Unary calls have a default, streams none. */
  readonly timeoutMs?: number | undefined;
  /** The step of a trace the call belongs to. */
  readonly traceparent?: string | undefined;
}
