import type { CalendarWindow } from './calendar.ts';
import type { Limit } from './limit.ts';
import type { Reservation } from './reservation.ts';

/** A limit that a request counts against, and how its window stands at the moment of the decision. */
export interface LimitInForce {
  readonly limit: Limit;
  readonly window: CalendarWindow;
  /** What may be used now: of a raised limit the raised amount. */
  readonly allowed: bigint;
  readonly used: bigint;
  /** What is set aside, by the log and for admissions on their way into it. */
  readonly held: bigint;
  /** What is left to set aside: allowed - used - held; below 0 where the amount was lowered, or a rate was passed. */
  readonly left: bigint;
}

/** Whether a limit lets so much more through. A soft one lets through everything. */
export function fits(standing: LimitInForce, amount: bigint): boolean {
  return standing.limit.kind === 'soft' || amount <= standing.left;
}

/** Whether it would, if all that is set aside came back unused. A request counts as one whatever becomes of it. */
export function wouldFit(standing: LimitInForce, amount: bigint): boolean {
  const { limit, allowed, used } = standing;
  if (limit.unit === 'requests' && limit.provider === '') return fits(standing, amount);
  return amount <= allowed - used;
}

/** Sets an amount aside; undefined where there is nothing to set aside. */
export function reservationOn({ limit, window }: LimitInForce, amount: bigint): Reservation | undefined {
  if (amount <= 0n) return undefined;
  const { limitId, generation, unit, kind, provider } = limit;
  return { limitId, generation, startMs: window.startMs, unit, kind, amount, provider };
}
