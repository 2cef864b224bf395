import type { EventBodies } from '#contracts/events.ts';

/** The names of the ledger's accounts. */
export const accounts = {
  /** Money that a customer has paid in and not yet used. */
  customer: (userId: string): string => `customer:${userId}`,
  /** What whoever pays has paid in and not yet used: a customer, or a team or an organisation for its users. */
  payer: ({ kind, id }: { readonly kind: 'user' | 'team' | 'organisation'; readonly id: string }): string =>
    kind === 'user' ? `customer:${id}` : `${kind}:${id}`,
  revenue: 'revenue',
  /** Cost of usage above its hold. The house pays it, not the customer. */
  houseOverrun: 'house_overrun',
  /** Cost of attempts that gave the client nothing. The house pays it. */
  houseAttempts: 'house_attempts',
  /** Cost of copies of requests. The house pays it. */
  houseShadow: 'house_shadow',
  /** Owed to providers for calls that no client pays: the other side of the two above. */
  providerCosts: 'provider_costs',
  /** The source of customers' money. */
  topups: 'topups',
} as const;

/** One signed line of an entry. */
export interface PostingLine {
  readonly account: string;
  readonly amountNanoUsd: bigint;
}

/**
 * A double entry as it stands in an event, without lines of zero. Throws unless the lines sum to zero: an unbalanced
 * entry is a defect of the caller and must never reach the log.
 */
export function post(lines: readonly PostingLine[]): EventBodies['ChargePosted']['postings'] {
  const sum = lines.reduce((total, line) => total + line.amountNanoUsd, 0n);
  if (sum !== 0n) {
    const shown = lines.map((line) => `${line.account} ${line.amountNanoUsd}`).join(', ');
    throw new RangeError(`an entry's lines must sum to 0 nano-USD, these sum to ${sum}: ${shown}`);
  }
  return lines
    .filter((line) => line.amountNanoUsd !== 0n)
    .map((line) => ({ account: line.account, amountNanoUsd: String(line.amountNanoUsd) }));
}
