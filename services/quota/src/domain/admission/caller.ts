import type { Payer } from '#contracts/admin-needs.ts';

/** Who asks, as far as admission has to know: by policy as it is at the moment of the decision. */
export interface Caller {
  readonly payer: Payer;
  readonly multiplierBasisPoints: number;
  /** The output bound of one choice where the client names none. */
  readonly outputTokensDefault: number;
  /** The output tokens that this caller's requests of this model usually have. */
  readonly outputTokensUsual: number;
}
