import type { Hold } from '../domain/account/hold.ts';
import { createPendingAdmissions, type PendingAdmissions } from './pending-admissions.ts';

/** Sums of what the charges of requests that have ended can give back: money and tokens, but no request. */
export interface MeteredHolds extends PendingAdmissions {
  /** A hold changed; undefined: it was placed, or is over. */
  changed(before: Hold | undefined, after: Hold | undefined): void;
}

export function createMeteredHolds(): MeteredHolds {
  const sums = createPendingAdmissions();
  return {
    ...sums,
    changed(before, after) {
      if (before?.state === 'metered') sums.remove(before.requestId);
      if (after?.state !== 'metered') return;
      sums.add({ ...after, reservations: after.reservations.filter(({ unit }) => unit !== 'requests') });
    },
  };
}
