import type { PricedCandidate } from '#contracts/quota.ts';
import type { Provider } from '../ports.ts';

/** A candidate by one account of its provider: what is chosen, called, measured and kept away from. */
export interface Deployment {
  readonly provider: string;
  /** Empty: the provider's only one. */
  readonly account: string;
  readonly model: string;
  /** The candidate that it is a way to. */
  readonly candidate: PricedCandidate;
  /** 0: the model that was asked for; n: the nth in its place. */
  readonly stage: number;
  readonly tier: number;
  /** At least 1; the candidate's times its account's. */
  readonly weight: number;
  /** null: nothing can be sent there (it is gone, draining, or has no key). */
  readonly open: Provider | null;
}

/** A deployment in the order of trial, and why it stands there. */
export interface Choice {
  readonly deployment: Deployment;
  /** "lowest_cost: 0.000012 USD of 3". */
  readonly reason: string;
}

/** The same for the same way to the same model: what is known of one is known of the other. */
export function deploymentKey({
  provider,
  account,
  model,
}: Pick<Deployment, 'provider' | 'account' | 'model'>): string {
  return `${provider}\n${account}\n${model}`;
}
