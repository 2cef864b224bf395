import type { Payer } from '#contracts/admin-needs.ts';

/** A payer's prepaid money, as the log has it: the hard limit of what the payer's requests may cost, ever. */
export interface Account {
  readonly payer: Payer;
  readonly creditedNanoUsd: bigint;
  /** What an administrator took back. */
  readonly debitedNanoUsd: bigint;
  readonly chargedNanoUsd: bigint;
  /** The holds on this balance that are not over, together. */
  readonly heldNanoUsd: bigint;
}

/** Of a payer whose money has not moved yet. */
export function openAccount(payer: Payer): Account {
  return { payer, creditedNanoUsd: 0n, debitedNanoUsd: 0n, chargedNanoUsd: 0n, heldNanoUsd: 0n };
}

/** What is not spent, set aside or not. */
export function ownedNanoUsd(account: Account): bigint {
  return account.creditedNanoUsd - account.debitedNanoUsd - account.chargedNanoUsd;
}

/** What is neither spent nor set aside. */
export function availableNanoUsd(account: Account): bigint {
  return ownedNanoUsd(account) - account.heldNanoUsd;
}

/** An account without money says nothing that a missing one does not. */
export function isBlank({ creditedNanoUsd, debitedNanoUsd, chargedNanoUsd, heldNanoUsd }: Account): boolean {
  return creditedNanoUsd === 0n && debitedNanoUsd === 0n && chargedNanoUsd === 0n && heldNanoUsd === 0n;
}
