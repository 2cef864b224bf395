import type { Debit } from '#contracts/admin-needs.ts';
import type { GatewayEvent } from '#contracts/events.ts';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { accounts, post } from '#money/posting.ts';
import type { Funds } from '../admission/funds.ts';

export type DebitDecision =
  | { readonly kind: 'accepted'; readonly event: GatewayEvent<'BalanceDebited'> }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Money that is neither spent nor set aside can be taken from a balance, and no other. */
export function decideDebit(debit: Debit, { ownedNanoUsd, heldNanoUsd }: Funds, nowMs: number): DebitDecision {
  const { debitId, payer, amountNanoUsd, reason, undoesCreditId, by } = debit;
  if (amountNanoUsd <= 0n) return refused(invalid('A debit must be more than 0 USD.', 'amount_usd'));
  const available = ownedNanoUsd - heldNanoUsd;
  if (amountNanoUsd > available) return refused(balanceTooLow(available, heldNanoUsd));
  const data: GatewayEvent<'BalanceDebited'>['data'] = {
    debitId,
    payer: { ...payer },
    amountNanoUsd: String(amountNanoUsd),
    reason,
    postings: post([
      { account: accounts.payer(payer), amountNanoUsd: -amountNanoUsd },
      { account: accounts.topups, amountNanoUsd },
    ]),
    debitedAtMs: String(nowMs),
    by: { actor: by.actor, role: by.role, action: 'debit', address: by.address, requestId: by.requestId },
    undoesCreditId,
  };
  return { kind: 'accepted', event: { type: 'BalanceDebited', data } };
}

function balanceTooLow(availableNanoUsd: bigint, heldNanoUsd: bigint): Refusal {
  const held =
    heldNanoUsd > 0n ? ` ${formatUsd(heldNanoUsd)} USD more is set aside for requests under way; try again later.` : '';
  return {
    code: 'insufficient_balance',
    message: `Only ${formatUsd(availableNanoUsd)} USD is available.${held}`,
    param: 'amount_usd',
  };
}

function refused(refusal: Refusal): DebitDecision {
  return { kind: 'refused', refusal };
}
