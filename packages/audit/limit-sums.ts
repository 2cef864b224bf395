import { isUnit, units } from '#ai/units.ts';
import type { EventBodies } from '#contracts/events.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';

export type ReservationBody = EventBodies['RequestAdmitted']['reservations'][number];

/** How much of one window of a limit is used, and set aside for requests that run, by the amounts in the events. */
export interface WindowSums {
  readonly used: bigint;
  readonly held: bigint;
}

/** All windows' sums at a place in the log. */
export interface LimitSums {
  /** Takes the next event; the reservations that it made or ended. */
  apply(event: RecordedEvent): readonly ReservationBody[];
  of(reservation: Pick<ReservationBody, 'limitId' | 'generation' | 'windowStartMs'>): WindowSums;
}

/** Windows that hold nothing any more are kept by the thousand: a log of any length has as many minutes as it likes. */
const WINDOWS_KEPT = 100_000;

/**
 * Adds up what the events say, on its own: not by the code that decided. A window that was left untouched for long begins anew
 * at nothing; it is over by then.
 */
export function createLimitSums(): LimitSums {
  // A Map iterates in the order of insertion: the first is the one not touched for longest.
  const windows = new Map<string, WindowSums>();
  const open = new Map<string, readonly ReservationBody[]>();
  const of: LimitSums['of'] = (reservation) => windows.get(windowKey(reservation)) ?? { used: 0n, held: 0n };

  function add(reservation: ReservationBody, used: bigint, held: bigint): void {
    const key = windowKey(reservation);
    const before = of(reservation);
    windows.delete(key);
    windows.set(key, { used: before.used + used, held: before.held + held });
    if (windows.size > WINDOWS_KEPT) forgetOldest();
  }

  function forgetOldest(): void {
    for (const [key, { held }] of windows) {
      if (held > 0n) continue;
      windows.delete(key);
      return;
    }
  }

  function end(requestId: string, usedOf: (reservation: ReservationBody) => bigint): readonly ReservationBody[] {
    const reservations = open.get(requestId) ?? [];
    open.delete(requestId);
    for (const reservation of reservations) add(reservation, usedOf(reservation), -BigInt(reservation.amount));
    return reservations;
  }

  return {
    of,
    apply: (event) => {
      switch (event.type) {
        case 'RequestAdmitted': {
          const { requestId, reservations } = event.data;
          if (reservations.length === 0) return reservations;
          open.set(requestId, reservations);
          for (const reservation of reservations) add(reservation, 0n, BigInt(reservation.amount));
          return reservations;
        }
        case 'ChargePosted':
          return end(event.data.requestId, (reservation) => usedBy(event.data, reservation));
        case 'HoldExpired':
          return end(event.data.requestId, ({ unit, provider }) => (unit === 'requests' && provider === '' ? 1n : 0n));
        default:
          return [];
      }
    },
  };
}

/** What a charge counts as on a limit: nothing where the limit is another provider's, and of a hard one what was set aside at most. */
export function usedBy(charge: EventBodies['ChargePosted'], reservation: ReservationBody): bigint {
  if (reservation.provider !== '' && reservation.provider !== charge.provider) return 0n;
  const quantity = quantityOf(charge, reservation.unit);
  const amount = BigInt(reservation.amount);
  return reservation.kind === 'hard' && quantity > amount ? amount : quantity;
}

function quantityOf({ lines, amountNanoUsd }: EventBodies['ChargePosted'], unit: string): bigint {
  if (unit === 'requests') return 1n;
  if (unit === 'cost') return BigInt(amountNanoUsd);
  const sides: readonly string[] = sidesOf[unit] ?? [];
  const counted = lines.filter((line) => isUnit(line.unit) && sides.includes(units[line.unit].side));
  return BigInt(counted.reduce((sum, { quantity }) => sum + quantity, 0));
}

/** Which units of tokens a limit's unit counts. */
const sidesOf: Readonly<Record<string, readonly string[]>> = {
  tokens: ['prompt', 'answer'],
  input_tokens: ['prompt'],
  output_tokens: ['answer'],
};

function windowKey({ limitId, generation, windowStartMs }: Parameters<LimitSums['of']>[0]): string {
  return `${windowStartMs}/${generation}/${limitId}`;
}
