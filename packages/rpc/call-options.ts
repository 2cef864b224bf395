import type { AdminCaller } from '#contracts/admin.ts';

/** Options of one call. */
export interface RpcCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** The time for the whole call. Unary calls have a default; streams have none. */
  readonly timeoutMs?: number | undefined;
  /** The step of a trace that the call belongs to. */
  readonly traceparent?: string | undefined;
  /** On whose behalf; believed with the gateway's own token. Absent: on the token's. */
  readonly caller?: AdminCaller | undefined;
}
