import type { Counter } from '../limit/counter.ts';
import { afterOutcome, afterReserve, type LimitCounters } from '../limit/limit-counters.ts';
import { type Reservation, usedByNothing, usedOf } from '../limit/reservation.ts';
import { Contradiction } from './contradiction.ts';
import type { AccountEvent, AccountEventOf } from './events.ts';
import type { Hold } from './hold.ts';

/** What an event makes of counters. */
export interface CountersAfter {
  /** Those it changes, by limit. */
  readonly changed: ReadonlyMap<string, LimitCounters>;
  /** Those of the reservations it ends, by limit: a window that is long over is in no other place any more. */
  readonly ended: ReadonlyMap<string, Counter>;
}

/**
 * The counters after an event; `hold` is the one that it places or ends. Throws a `Contradiction` where a reservation is of
 * nothing, or has an outcome that it cannot have.
 */
export function evolveCounters(
  counters: ReadonlyMap<string, LimitCounters>,
  event: AccountEvent,
  hold: Hold | undefined,
): CountersAfter {
  if (hold === undefined || hold.reservations.length === 0) return nothing;
  switch (event.type) {
    case 'RequestAdmitted':
      return { changed: afterPlaced(counters, hold, event), ended: nothing.ended };
    case 'ChargePosted':
      return afterEnded(counters, hold, event, (reservation) => usedOf(reservation, event.data));
    case 'HoldExpired':
      return afterEnded(counters, hold, event, usedByNothing);
    default:
      return nothing;
  }
}

const nothing: CountersAfter = { changed: new Map(), ended: new Map() };

function afterPlaced(
  counters: ReadonlyMap<string, LimitCounters>,
  { reservations }: Hold,
  event: AccountEventOf<'RequestAdmitted'>,
): ReadonlyMap<string, LimitCounters> {
  const admittedAtMs = Number(event.data.admittedAtMs);
  const changed = new Map<string, LimitCounters>();
  for (const reservation of reservations) {
    const { limitId, amount } = reservation;
    if (amount <= 0n) throw new Contradiction(event, `${standing(reservation)} of nothing`);
    changed.set(limitId, afterReserve(changed.get(limitId) ?? counters.get(limitId), reservation, admittedAtMs));
  }
  return changed;
}

function afterEnded(
  counters: ReadonlyMap<string, LimitCounters>,
  { reservations }: Hold,
  event: AccountEvent,
  used: (reservation: Reservation) => bigint | undefined,
): CountersAfter {
  const changed = new Map<string, LimitCounters>();
  const ended = new Map<string, Counter>();
  for (const reservation of reservations) {
    const { limitId } = reservation;
    const outcome = afterOutcome(changed.get(limitId) ?? counters.get(limitId), reservation, used(reservation));
    if (outcome === undefined) throw new Contradiction(event, `${standing(reservation)} is not held`);
    changed.set(limitId, outcome.counters);
    ended.set(limitId, outcome.counter);
  }
  return { changed, ended };
}

function standing({ limitId, amount, unit }: Reservation): string {
  return `a reservation of ${amount} ${unit} on the limit ${limitId}`;
}
