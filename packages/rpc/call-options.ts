import type { AdminCaller } from '#contracts/admin.ts';

/** How one call is made. */
export interface RpcCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the whole call may take. Unary calls have a default, streams none. */
  readonly timeoutMs?: number | undefined;
  /** The step of a trace the call belongs to. */
  readonly traceparent?: string | undefined;
  /** On whose behalf; believed with the gateway's own token. Absent: on the token's. */
  readonly caller?: AdminCaller | undefined;
}
