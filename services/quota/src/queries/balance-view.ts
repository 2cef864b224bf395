import type { Payer, PayerBalance } from '#contracts/admin-needs.ts';
import type { BalanceView } from '#contracts/billing.ts';
import { userPayer } from '#contracts/payer.ts';
import { type Account, availableNanoUsd } from '../domain/account/account.ts';

/** A payer's money as the log has it; zeroes for a payer without any. */
export function payerBalance(payer: Payer, account: Account | undefined): PayerBalance {
  if (account === undefined) {
    return { payer, creditedNanoUsd: 0n, chargedNanoUsd: 0n, heldNanoUsd: 0n, availableNanoUsd: 0n };
  }
  const { creditedNanoUsd, debitedNanoUsd, chargedNanoUsd, heldNanoUsd } = account;
  return {
    payer,
    creditedNanoUsd: creditedNanoUsd - debitedNanoUsd,
    chargedNanoUsd,
    heldNanoUsd,
    availableNanoUsd: availableNanoUsd(account),
  };
}

/** A user's own money. */
export function balanceView(userId: string, account: Account | undefined): BalanceView {
  const { payer: _user, ...money } = payerBalance(userPayer(userId), account);
  return { userId, ...money };
}
