/** What is counted. Of cost the amounts are nano-USD. */
export type LimitUnit = 'requests' | 'tokens' | 'input_tokens' | 'output_tokens' | 'cost';

/** How long a window is. Days, weeks and months are those of a time zone's calendar. */
export type LimitPeriod = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'ever';

/**
 * `hard`: reserves the most a request can use, and is never exceeded. `rate`: reserves an estimate, and may be passed by what is
 * under way. `soft`: refuses nothing.
 */
export type LimitKind = 'hard' | 'rate' | 'soft';

/** The generation of a user's own requests a minute, which may be in force before and after a limit of the same name. */
export const OWN_GENERATION = 0;

/** What a subject may use in each window of a period. */
export interface Limit {
  readonly limitId: string;
  /** Which meaning of the limit its counters have. */
  readonly generation: number;
  readonly unit: LimitUnit;
  readonly period: LimitPeriod;
  readonly kind: LimitKind;
  readonly amount: bigint;
  /** Another amount until a moment; undefined: none. */
  readonly raise: { readonly amount: bigint; readonly untilMs: number } | undefined;
  /** Counts only where this provider answers; empty: whichever does. */
  readonly provider: string;
}

/** What may be used at a moment. */
export function amountAt({ amount, raise }: Pick<Limit, 'amount' | 'raise'>, nowMs: number): bigint {
  return raise !== undefined && nowMs < raise.untilMs ? raise.amount : amount;
}
