import { type Invariant, violationAt } from '../invariant.ts';
import { createUnfinishedRequests } from '../unfinished-requests.ts';

/** A sweep closes a hold past its time: seconds late on a healthy system, never a minute. */
export const HOLD_CLOSING_GRACE_MS = 60_000;

/** Money must not stay set aside for a request that will never end. */
export const holdsEnd: Invariant = {
  id: 'I10',
  title: 'no hold is open past its expiry',
  start: (tally) => {
    const requests = createUnfinishedRequests();
    return {
      onEvent: (event) => {
        requests.apply(event);
        if (event.type === 'RequestAdmitted') tally.count();
      },
      onEnd: ({ nowMs }) => {
        for (const { admitted, usage } of requests.all()) {
          if (admitted === undefined) continue;
          const expiresAtMs = Number(admitted.data.expiresAtMs);
          if (expiresAtMs + HOLD_CLOSING_GRACE_MS >= nowMs) continue;
          const end = usage === undefined ? 'HoldExpired' : 'ChargePosted';
          const overdueS = Math.floor((nowMs - expiresAtMs) / 1_000);
          tally.violate(violationAt(admitted, end, `a hold still open ${overdueS} s past its expiry`));
        }
      },
    };
  },
};
