import type { AttemptFailure } from './attempt-failure.ts';

/** The wait where a provider limits the rate and names none. */
export const RATE_LIMIT_RETRY_AFTER_MS = 1_000;

/** They say something of a provider that the client cannot mend, and nothing of when to come back. */
const ofProvider: ReadonlySet<AttemptFailure['failure']> = new Set(['key', 'balance', 'not-here']);

/**
 * Of all failures of a request the one that its client is told: the last, unless others say more to a client. Where all providers
 * limit the rate, it comes with the shortest of their waits. null: there was none.
 */
export function failureTold(failures: readonly AttemptFailure[]): AttemptFailure | null {
  const telling = failures.filter(({ failure }) => !ofProvider.has(failure));
  const last = telling.at(-1) ?? failures.at(-1) ?? null;
  if (last === null || !telling.every(({ failure }) => failure === 'rate') || telling.length === 0) return last;
  const waits = telling.map(({ retryAfterMs }) => retryAfterMs ?? RATE_LIMIT_RETRY_AFTER_MS);
  return { ...last, retryAfterMs: Math.min(...waits) };
}
