import type { EventBodies } from '#contracts/events.ts';
import type { LimitKind, LimitUnit } from './limit.ts';

/** A part of a limit's window that is set aside for a request. */
export interface Reservation {
  readonly limitId: string;
  readonly generation: number;
  readonly startMs: number;
  readonly unit: LimitUnit;
  readonly kind: LimitKind;
  readonly amount: bigint;
  /** Counts only where this provider answers; empty: whichever does. */
  readonly provider: string;
}

type ReservationBody = EventBodies['RequestAdmitted']['reservations'][number];
type Charge = Pick<EventBodies['ChargePosted'], 'amountNanoUsd' | 'lines' | 'provider'>;

export function reservationToEvent(reservation: Reservation): ReservationBody {
  const { limitId, generation, startMs, unit, kind, amount, provider } = reservation;
  return { limitId, generation, windowStartMs: String(startMs), unit, amount: String(amount), provider, kind };
}

export function reservationFromEvent(body: ReservationBody): Reservation {
  const { limitId, generation, windowStartMs, unit, amount, provider, kind } = body;
  return {
    limitId,
    generation,
    startMs: Number(windowStartMs),
    unit: unit as LimitUnit,
    kind: kind as LimitKind,
    amount: BigInt(amount),
    provider,
  };
}

/** Units of a charge's lines by their side: what was asked with, and what was answered. */
const sides: ReadonlyMap<string, 'input' | 'output'> = new Map([
  ['input', 'input'],
  ['cached_input', 'input'],
  ['cache_write', 'input'],
  ['cache_write_1h', 'input'],
  ['output', 'output'],
  ['reasoning', 'output'],
]);

/** What a charge counts as in each unit. */
const quantities: Readonly<Record<LimitUnit, (charge: Charge) => bigint>> = {
  requests: () => 1n,
  tokens: (charge) => tokensOf(charge, 'input') + tokensOf(charge, 'output'),
  input_tokens: (charge) => tokensOf(charge, 'input'),
  output_tokens: (charge) => tokensOf(charge, 'output'),
  cost: (charge) => BigInt(charge.amountNanoUsd),
};

/**
 * What a request with this charge used of a reservation; undefined: nothing, since another provider answered. What a provider
 * reports beyond a bound is the house's, as with money, so that a hard limit is never exceeded.
 */
export function usedOf(reservation: Reservation, charge: Charge): bigint | undefined {
  const { provider, unit, kind, amount } = reservation;
  if (provider !== '' && provider !== charge.provider) return undefined;
  const quantity = quantities[unit](charge);
  return kind === 'hard' && quantity > amount ? amount : quantity;
}

/** What a request that ended without a usage used: it was a request all the same, though of no provider. */
export function usedByNothing({ provider, unit, amount }: Reservation): bigint | undefined {
  return unit === 'requests' && provider === '' ? amount : undefined;
}

/** What a charge counts as on the side of the answer. */
export function outputTokensOf(charge: Charge): number {
  return Number(tokensOf(charge, 'output'));
}

function tokensOf({ lines }: Charge, side: 'input' | 'output'): bigint {
  let tokens = 0;
  for (const { unit, quantity } of lines) if (sides.get(unit) === side) tokens += quantity;
  return BigInt(tokens);
}
