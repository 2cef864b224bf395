import type { Payer } from '#contracts/admin-needs.ts';
import type { Reservation } from '../limit/reservation.ts';

/** What is set aside for a request that may still run (`open`) or whose charge is awaited (`metered`). */
export interface Hold {
  readonly requestId: string;
  readonly userId: string;
  /** Whose balance the money is of. */
  readonly payer: Payer;
  readonly holdNanoUsd: bigint;
  /** What is set aside on limits. */
  readonly reservations: readonly Reservation[];
  /** Where in the log it was placed. */
  readonly position: number;
  readonly expiresAtMs: number;
  readonly state: 'open' | 'metered';
}

/** `absent`: never placed, or over; nothing is kept of a hold that is over. */
export type HoldState = 'absent' | Hold['state'];

/** What can happen to a hold. */
export type HoldEventType = 'RequestAdmitted' | 'UsageRecorded' | 'ChargePosted' | 'HoldExpired';

/** What follows: see SPEC.md. A contradiction means that the log can't be what this gateway wrote. */
export type HoldOutcome = 'place' | 'meter' | 'capture' | 'release' | 'contradiction';

export const holdTransitions: Readonly<Record<HoldState, Readonly<Record<HoldEventType, HoldOutcome>>>> = {
  absent: {
    RequestAdmitted: 'place',
    UsageRecorded: 'contradiction',
    ChargePosted: 'contradiction',
    HoldExpired: 'contradiction',
  },
  open: {
    RequestAdmitted: 'contradiction',
    UsageRecorded: 'meter',
    ChargePosted: 'contradiction',
    HoldExpired: 'release',
  },
  metered: {
    RequestAdmitted: 'contradiction',
    UsageRecorded: 'contradiction',
    ChargePosted: 'capture',
    HoldExpired: 'contradiction',
  },
};
