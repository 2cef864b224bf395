import type { Sent } from './sent.ts';

/** The pause behind the first failure; doubled with each further one. */
const FIRST_PAUSE_MS = 5_000;
/** A receiver that is back is found within the hour. */
const PAUSE_MAX_MS = 3_600_000;
/** A day covers a night and a morning in which somebody sees to the receiver. What is older is told in the list of alerts. */
const GIVEN_UP_AFTER_MS = 86_400_000;

export type NextAttempt = { readonly type: 'again'; readonly atMs: number } | { readonly type: 'given-up' };

/**
 * When an alert is sent again that did not arrive: by exponential backoff with jitter, not before the receiver wants it, and not
 * after a day.
 *
 * @param attempts Those made, 1 or more.
 * @param askedAtMs When the alert was raised, or last asked for.
 * @param random From 0 up to 1: receivers that were away together are not called together.
 */
export function nextAttempt(
  sent: Pick<Sent, 'isFinal' | 'retryAfterMs'>,
  { attempts, askedAtMs, nowMs, random }: Record<'attempts' | 'askedAtMs' | 'nowMs' | 'random', number>,
): NextAttempt {
  if (sent.isFinal) return { type: 'given-up' };
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20), PAUSE_MAX_MS);
  const jitteredMs = Math.ceil(pauseMs / 2 + (pauseMs / 2) * random);
  const atMs = nowMs + Math.max(jitteredMs, sent.retryAfterMs);
  return atMs > askedAtMs + GIVEN_UP_AFTER_MS ? { type: 'given-up' } : { type: 'again', atMs };
}
