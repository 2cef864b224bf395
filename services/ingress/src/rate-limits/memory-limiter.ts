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
export function createMemoryLimiter(nowUs: () => number, subjectsMax = SUBJECTS_MAX): MemoryLimiter {
  /** In the order of the last allowed request. */
  const arrivals = new Map<string, number>();

  function remember(subject: string, arrivalUs: number): void {
    arrivals.delete(subject);
    arrivals.set(subject, arrivalUs);
    if (arrivals.size <= subjectsMax) return;
    const [oldest] = arrivals.keys();
    if (oldest !== undefined) arrivals.delete(oldest);
  }

  return {
    take(limits) {
      const now = nowUs();
      const steps = limits.map(({ subject, limit }) => gcra(arrivals.get(subject) ?? 0, now, limit));
      if (steps.some((step) => !step.isAllowed)) {
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
