import { afterOutcome, afterReserve, type LimitCounters } from '../limit/limit-counters.ts';
import { type Reservation, usedByNothing, usedOf } from '../limit/reservation.ts';
import { Contradiction } from './contradiction.ts';
import type { AccountEvent } from './events.ts';
import type { Hold } from './hold.ts';

/**
 * The counters that an event changes, by limit, as they are after it; `hold` is the one that it places or ends. Throws a
 * `Contradiction` where a reservation is of nothing, or has an outcome that it cannot have.
 */
export function evolveCounters(
  counters: ReadonlyMap<string, LimitCounters>,
  event: AccountEvent,
  hold: Hold | undefined,
): ReadonlyMap<string, LimitCounters> {
  if (hold === undefined || hold.reservations.length === 0) return none;
  switch (event.type) {
    case 'RequestAdmitted': {
      const admittedAtMs = Number(event.data.admittedAtMs);
      return afterEach(counters, hold, (before, reservation) => {
        if (reservation.amount <= 0n) throw new Contradiction(event, `${standing(reservation)} of nothing`);
        return afterReserve(before, reservation, admittedAtMs);
      });
    }
    case 'ChargePosted':
      return afterEach(counters, hold, (before, reservation) =>
        ended(event, before, reservation, usedOf(reservation, event.data)),
      );
    case 'HoldExpired':
      return afterEach(counters, hold, (before, reservation) =>
        ended(event, before, reservation, usedByNothing(reservation)),
      );
    default:
      return none;
  }
}

const none: ReadonlyMap<string, LimitCounters> = new Map();

function afterEach(
  counters: ReadonlyMap<string, LimitCounters>,
  { reservations }: Hold,
  after: (before: LimitCounters | undefined, reservation: Reservation) => LimitCounters,
): ReadonlyMap<string, LimitCounters> {
  const changed = new Map<string, LimitCounters>();
  for (const reservation of reservations) {
    const { limitId } = reservation;
    changed.set(limitId, after(changed.get(limitId) ?? counters.get(limitId), reservation));
  }
  return changed;
}

function ended(
  event: AccountEvent,
  before: LimitCounters | undefined,
  reservation: Reservation,
  used: bigint | undefined,
): LimitCounters {
  const after = afterOutcome(before, reservation, used);
  if (after === undefined) throw new Contradiction(event, `${standing(reservation)} is not held`);
  return after;
}

function standing({ limitId, amount, unit }: Reservation): string {
  return `a reservation of ${amount} ${unit} on the limit ${limitId}`;
}
