import { noUsage, type Usage } from '#ai/usage.ts';
import type { EstimatePolicy } from '../estimate/count-tokens.ts';

/** What was used, where that is known from, and what the provider itself said. */
export interface Used {
  readonly usage: Usage;
  /** Null if the provider itself reported the usage. */
  readonly estimatePolicy: EstimatePolicy | null;
  /** The tier of service that the answer says it was served in; empty: the usual one. */
  readonly serviceTier: string;
  /** What of the report was not believed as it stood. */
  readonly flags: readonly string[];
  /** The report as it stood, JSON; empty: none. */
  readonly reported: string;
}

/** Nothing was asked, or nothing came of it. */
export const nothingUsed: Used = { usage: noUsage, estimatePolicy: null, serviceTier: '', flags: [], reported: '' };
