/** The first pause where a provider names none: an accident of a moment has passed by then. */
export const RETRY_INTERVAL_MS = 200;
/** The longest pause. A client waits for it, and the next provider could answer meanwhile. */
export const BACKOFF_MAX_MS = 5_000;

/**
 * The pause before the nth repetition (from 0): exponential, with full jitter, so that callers who failed together do not return
 * together (Brooker, "Exponential Backoff And Jitter", AWS 2015). `jitter`: a random number from 0 to 1.
 */
export function backoffMs(intervalMs: number, n: number, jitter: number): number {
  return Math.round(Math.min(BACKOFF_MAX_MS, intervalMs * 2 ** n) * jitter);
}
