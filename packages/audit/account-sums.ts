import type { RecordedEvent } from '#journal/recorded-event.ts';

/** A user's money by the amounts in the user's events. */
export interface AccountSums {
  readonly userId: string;
  readonly creditedNanoUsd: bigint;
  readonly chargedNanoUsd: bigint;
  readonly heldNanoUsd: bigint;
}

/** All users' sums at a position of the log. */
export interface SumsByUser {
  /** Takes the next event. Returns the sums of the user whose money moved; undefined if none moved. */
  apply(event: RecordedEvent): AccountSums | undefined;
  /** Zeroes for a user whose money never moved. */
  of(userId: string): AccountSums;
}

/**
 * Adds up the events and believes each of them. A hold that ends twice is given back twice, so that it shows in the
 * sums.
 */
export function createSumsByUser(): SumsByUser {
  const users = new Map<string, AccountSums>();
  const of = (userId: string): AccountSums => users.get(userId) ?? nothingYet(userId);
  const set = (sums: AccountSums): AccountSums => {
    users.set(sums.userId, sums);
    return sums;
  };
  return {
    of,
    apply: (event) => {
      const sums = moved(of, event);
      return sums === undefined ? undefined : set(sums);
    },
  };
}

/** credited - charged - held. */
export function availableOf(sums: AccountSums): bigint {
  return sums.creditedNanoUsd - sums.chargedNanoUsd - sums.heldNanoUsd;
}

function nothingYet(userId: string): AccountSums {
  return { userId, creditedNanoUsd: 0n, chargedNanoUsd: 0n, heldNanoUsd: 0n };
}

function moved(of: (userId: string) => AccountSums, event: RecordedEvent): AccountSums | undefined {
  switch (event.type) {
    case 'BalanceCredited': {
      const sums = of(event.data.userId);
      return { ...sums, creditedNanoUsd: sums.creditedNanoUsd + BigInt(event.data.amountNanoUsd) };
    }
    case 'RequestAdmitted': {
      const sums = of(event.data.userId);
      return { ...sums, heldNanoUsd: sums.heldNanoUsd + BigInt(event.data.holdNanoUsd) };
    }
    case 'HoldExpired': {
      const sums = of(event.data.userId);
      return { ...sums, heldNanoUsd: sums.heldNanoUsd - BigInt(event.data.holdNanoUsd) };
    }
    case 'ChargePosted': {
      const sums = of(event.data.userId);
      return {
        ...sums,
        heldNanoUsd: sums.heldNanoUsd - BigInt(event.data.holdNanoUsd),
        chargedNanoUsd: sums.chargedNanoUsd + BigInt(event.data.amountNanoUsd),
      };
    }
    default:
      return undefined;
  }
}
