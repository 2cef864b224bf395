import { emptyRequestCount, type RequestCount } from './request-window.ts';

/** A user's prepaid money and the use of his request quota, as the log has it. */
export interface Account {
  readonly userId: string;
  readonly creditedNanoUsd: bigint;
  readonly chargedNanoUsd: bigint;
  /** The holds of this user that are not over, together. */
  readonly heldNanoUsd: bigint;
  /** 0: no quota of his own. */
  readonly requestsPerMinute: number;
  /** 0: the gateway's default. */
  readonly multiplierBasisPoints: number;
  readonly window: RequestCount;
}

/** A user that was just created. */
export function openAccount(user: {
  readonly userId: string;
  readonly requestsPerMinute: number;
  readonly multiplierBasisPoints: number;
}): Account {
  return {
    userId: user.userId,
    creditedNanoUsd: 0n,
    chargedNanoUsd: 0n,
    heldNanoUsd: 0n,
    requestsPerMinute: user.requestsPerMinute,
    multiplierBasisPoints: user.multiplierBasisPoints,
    window: emptyRequestCount,
  };
}

/** What is neither spent nor set aside. */
export function availableNanoUsd(account: Account): bigint {
  return account.creditedNanoUsd - account.chargedNanoUsd - account.heldNanoUsd;
}
