import type { Hold } from '../domain/account/hold.ts';
import { createPendingAdmissions, type PendingAdmissions } from './pending-admissions.ts';

/**
 * Sums of what the charges of requests that have ended can give back soon: money and tokens, but no request. A charge that is
 * longer under way than anyone waits for is stuck, and nobody is to wait for it.
 */
export interface MeteredHolds extends Pick<PendingAdmissions, 'nanoUsdOf' | 'heldOf'> {
  /** A hold changed; undefined: it was placed, or is over. */
  changed(before: Hold | undefined, after: Hold | undefined): void;
  /** Whether there are any now; those that are stuck are left out from here on. */
  hasAny(): boolean;
}

/** `nowMs`: of a clock that never steps. */
export function createMeteredHolds(awaitedMs: number, nowMs = (): number => performance.now()): MeteredHolds {
  const sums = createPendingAdmissions();
  /** When each was metered, the earliest first. */
  const since = new Map<string, number>();

  function remove(requestId: string): void {
    since.delete(requestId);
    sums.remove(requestId);
  }

  return {
    nanoUsdOf: sums.nanoUsdOf,
    heldOf: sums.heldOf,
    changed(before, after) {
      if (before?.state === 'metered') remove(before.requestId);
      if (after?.state !== 'metered') return;
      since.set(after.requestId, nowMs());
      sums.add({ ...after, reservations: after.reservations.filter(({ unit }) => unit !== 'requests') });
    },
    hasAny() {
      const earliestMs = nowMs() - awaitedMs;
      for (const [requestId, meteredAtMs] of since) {
        if (meteredAtMs >= earliestMs) break;
        remove(requestId);
      }
      return since.size > 0;
    },
  };
}
