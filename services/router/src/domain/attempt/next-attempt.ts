import type { AttemptFailure } from './attempt-failure.ts';

/** An attempt that failed. */
export interface FailedAttempt {
  /** The candidate's place in the order of trial. */
  readonly candidate: number;
  readonly retry: AttemptFailure['retry'];
  readonly retryAfterMs: number | undefined;
}

export type NextAttempt =
  | { readonly kind: 'try'; readonly candidate: number; readonly delayMs: number }
  | { readonly kind: 'give-up' };

/** The attempts of all candidates together. If three providers or moments refuse, a fourth hardly answers. */
export const ATTEMPTS_MAX = 3;
/** The attempts of one candidate. One more try after a moment succeeds if any does. */
const ATTEMPTS_A_CANDIDATE_MAX = 2;
/**
 * The pause before the same candidate is asked again. It is jittered by half, so that callers who failed together do
 * not return together.
 */
const BACKOFF_MS = 200;
/** A longer `Retry-After` is passed on to the client instead of waited out. */
const RETRY_AFTER_MAX_MS = 2_000;

/**
 * Says which candidate to try next: each one once, in order and at once; then the first that may be asked again, after
 * a pause. `jitter` is a random number from 0 to 1.
 */
export function nextAttempt(failed: readonly FailedAttempt[], candidatesTotal: number, jitter: number): NextAttempt {
  if (failed.length >= ATTEMPTS_MAX || failed.at(-1)?.retry === 'never') return { kind: 'give-up' };
  for (let candidate = 0; candidate < candidatesTotal; candidate += 1) {
    if (!failed.some((attempt) => attempt.candidate === candidate)) return { kind: 'try', candidate, delayMs: 0 };
  }
  for (let candidate = 0; candidate < candidatesTotal; candidate += 1) {
    const tries = failed.filter((attempt) => attempt.candidate === candidate);
    const last = tries.at(-1);
    const waitMs = last?.retryAfterMs ?? 0;
    if (tries.length >= ATTEMPTS_A_CANDIDATE_MAX || last?.retry !== 'anywhere' || waitMs > RETRY_AFTER_MAX_MS) continue;
    return { kind: 'try', candidate, delayMs: Math.max(waitMs, Math.round(BACKOFF_MS * (0.5 + jitter))) };
  }
  return { kind: 'give-up' };
}
