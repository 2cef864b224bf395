import { isUnit, units } from '#ai/units.ts';
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

/** What a charge counts as in each unit. */
const quantities: Readonly<Record<LimitUnit, (charge: Charge) => bigint>> = {
  requests: () => 1n,
  tokens: (charge) => tokensOf(charge, 'prompt') + tokensOf(charge, 'answer'),
  input_tokens: (charge) => tokensOf(charge, 'prompt'),
  output_tokens: (charge) => tokensOf(charge, 'answer'),
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
  return Number(tokensOf(charge, 'answer'));
}

/** Tokens of every unit of the side: what was asked with, or what was answered. */
function tokensOf({ lines }: Charge, side: 'prompt' | 'answer'): bigint {
  let tokens = 0;
  for (const { unit, quantity } of lines) if (isUnit(unit) && units[unit].side === side) tokens += quantity;
  return BigInt(tokens);
}
