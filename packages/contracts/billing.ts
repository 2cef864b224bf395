import type { Usage } from '#ai/usage.ts';
import type { UsageDimension } from './usage-dimensions.ts';

/** A user's money. available = credited - charged - held. */
export interface BalanceView {
  readonly userId: string;
  readonly creditedNanoUsd: bigint;
  readonly chargedNanoUsd: bigint;
  readonly heldNanoUsd: bigint;
  readonly availableNanoUsd: bigint;
}

/** One day (UTC) and model of a user's use. */
export interface UsageLine {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly model: string;
  readonly requests: number;
  readonly usage: Usage;
  readonly amountNanoUsd: bigint;
}

/** Use by one value of a dimension. Tokens are of every unit of their side. */
export interface UsageByLine {
  readonly value: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly amountNanoUsd: bigint;
}

export interface UsageByQuery {
  readonly userId: string;
  readonly dimension: UsageDimension;
  /** Inclusive days, YYYY-MM-DD. */
  readonly fromDay: string;
  readonly toDay: string;
}

/** What was charged, read from billing's read models. */
export interface BillingPort {
  usage(query: {
    readonly userId: string;
    /** Inclusive days, YYYY-MM-DD. */
    readonly fromDay: string;
    readonly toDay: string;
  }): Promise<readonly UsageLine[]>;
  /** The dearest values first, up to a thousand. */
  usageBy(query: UsageByQuery): Promise<readonly UsageByLine[]>;
  /** The price of a model in force now, for /v1/models; undefined where it has none. */
  isPriced(priceKey: string): boolean;
  /** The price in force now is nothing, so that a user without money may ask for the model. */
  isFree(priceKey: string): boolean;
}

/** The live balances, from the admission authority's memory. */
export interface BalancePort {
  /**
   * In the order asked for, as the log stands at the time of the call; zeroes for a user that never was credited. Rejects
   * with a `Fault` (`unavailable`) where the authority cannot be asked. `teamIds`: the teams that the users' tokens name, in
   * the order of the users; absent, empty: none is named.
   */
  balances(userIds: readonly string[], teamIds?: readonly string[]): Promise<readonly BalanceView[]>;
}
