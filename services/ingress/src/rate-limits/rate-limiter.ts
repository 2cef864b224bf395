import type { RateLimit } from '#throttle/gcra.ts';

/** One limit a request falls under. */
export interface LimitedBy {
  /** Whose it is: `ip:…`, `user:…`, `key:…`. */
  readonly subject: string;
  readonly limit: RateLimit;
}

export type RateDecision =
  | { readonly isAllowed: true }
  /** By the limit that is over for longest; none of them has counted the request. */
  | { readonly isAllowed: false; readonly by: LimitedBy; readonly retryAfterMs: number };

/** Counts requests against limits. */
export interface RateLimiter {
  /** Counts one request against all limits, or against none where one of them is over. Never throws or rejects. */
  take(limits: readonly LimitedBy[]): RateDecision | Promise<RateDecision>;
}

export const allowed: RateDecision = { isAllowed: true };

/** The limit that is over for longest. */
export function refusedBy(limits: readonly LimitedBy[], retryAfterUs: readonly number[]): RateDecision {
  const longestUs = Math.max(...retryAfterUs);
  const by = limits[retryAfterUs.indexOf(longestUs)];
  if (by === undefined) throw new RangeError('a refusal without a limit');
  return { isAllowed: false, by, retryAfterMs: Math.ceil(longestUs / 1_000) };
}
