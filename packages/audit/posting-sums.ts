import type { RecordedEvent } from '#journal/recorded-event.ts';

/** Whether an event moves money. */
export function hasPostings(event: RecordedEvent): event is RecordedEvent & {
  readonly type: 'BalanceCredited' | 'BalanceDebited' | 'ChargePosted' | 'ShadowCostPosted';
} {
  return ['BalanceCredited', 'BalanceDebited', 'ChargePosted', 'ShadowCostPosted'].includes(event.type);
}

/** The sum of an entry's lines for each account, in nano-USD. */
export function sumsByAccount(
  postings: readonly { readonly account: string; readonly amountNanoUsd: string }[],
): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { account, amountNanoUsd } of postings) {
    sums.set(account, (sums.get(account) ?? 0n) + BigInt(amountNanoUsd));
  }
  return sums;
}
