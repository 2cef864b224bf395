import { gcra } from '#throttle/gcra.ts';
import { allowed, type LimitedBy, type RateDecision, type RateLimiter, refusedBy } from './rate-limiter.ts';

/**
 * Subjects remembered, some 20 MB. A scan of addresses could invent any number of them; beyond this the ones not seen for
 * longest are forgotten, which is to say allowed anew.
 */
const SUBJECTS_MAX = 100_000;

export interface MemoryLimiter extends RateLimiter {
  take(limits: readonly LimitedBy[]): RateDecision;
}

/** Limits of this process alone, in memory. */
export function createMemoryLimiter(nowUs: () => number): MemoryLimiter {
  /** In the order of the last allowed request. */
  const arrivals = new Map<string, number>();

  function remember(subject: string, arrivalUs: number): void {
    arrivals.delete(subject);
    arrivals.set(subject, arrivalUs);
    if (arrivals.size <= SUBJECTS_MAX) return;
    const [oldest] = arrivals.keys();
    if (oldest !== undefined) arrivals.delete(oldest);
  }

  /** Where a limit was raised: what the lower one has counted beyond all of it is gone. */
  function lower(subject: string, countedUs: number): void {
    const stored = arrivals.get(subject);
    if (stored !== undefined && countedUs < stored) arrivals.set(subject, countedUs);
  }

  return {
    take(limits) {
      const now = nowUs();
      const steps = limits.map(({ subject, limit }) => gcra(arrivals.get(subject) ?? 0, now, limit));
      if (steps.some((step) => !step.isAllowed)) {
        for (const [index, { subject }] of limits.entries()) lower(subject, steps[index]?.countedUs ?? now);
        return refusedBy(
          limits,
          steps.map((step) => step.retryAfterUs),
        );
      }
      for (const [index, { subject }] of limits.entries()) remember(subject, steps[index]?.arrivalUs ?? now);
      return allowed;
    },
  };
}
