import type { Clock } from '#kernel/clock.ts';
import {
  emptyBudget,
  RETRY_BUDGET_PERCENT,
  type RetryBudget,
  withCall,
  withRepeat,
} from '../domain/attempt/retry-budget.ts';

/** The budgets of all providers. In memory only, and for this router alone. */
export interface RetryBudgets {
  /** A first call of a request to a way. */
  noteCall(provider: string): void;
  /** Takes a repetition; false: the provider has none left. */
  takeRepeat(provider: string): boolean;
  /** The provider was changed or is gone. */
  forget(provider: string): void;
}

/** `percent`: the setting of policy; 0: the default. */
export function createRetryBudgets(options: { readonly clock: Clock; readonly percent: () => number }): RetryBudgets {
  const { clock, percent } = options;
  const budgets = new Map<string, RetryBudget>();
  const of = (provider: string): RetryBudget => budgets.get(provider) ?? emptyBudget;

  return {
    noteCall: (provider) => void budgets.set(provider, withCall(of(provider), clock())),
    takeRepeat(provider) {
      const after = withRepeat(of(provider), percent() || RETRY_BUDGET_PERCENT, clock());
      if (after !== null) budgets.set(provider, after);
      return after !== null;
    },
    forget: (provider) => void budgets.delete(provider),
  };
}
