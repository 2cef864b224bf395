import type { BalanceView } from '#contracts/billing.ts';
import { type Account, availableNanoUsd } from '../domain/account/account.ts';

/** A user's money as the log has it; zeroes for a user that is not known. */
export function balanceView(userId: string, account: Account | undefined): BalanceView {
  if (account === undefined) {
    return { userId, creditedNanoUsd: 0n, chargedNanoUsd: 0n, heldNanoUsd: 0n, availableNanoUsd: 0n };
  }
  const { creditedNanoUsd, chargedNanoUsd, heldNanoUsd } = account;
  return { userId, creditedNanoUsd, chargedNanoUsd, heldNanoUsd, availableNanoUsd: availableNanoUsd(account) };
}
