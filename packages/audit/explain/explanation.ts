import type { Usage } from '#ai/usage.ts';
import type { Payer } from '#contracts/admin-needs.ts';
import type { EventBodies } from '#contracts/events.ts';
import type { ChargeArithmetic } from './charge-arithmetic.ts';
import type { Ending } from './ending.ts';
import type { ExplainedRouting } from './explain-routing.ts';
import type { HoldBound } from './hold-arithmetic.ts';

/** A payer's money at a position of the log. available = credited - charged - held; credited is less what was debited. */
export interface Money {
  readonly creditedNanoUsd: bigint;
  readonly chargedNanoUsd: bigint;
  readonly heldNanoUsd: bigint;
  readonly availableNanoUsd: bigint;
}

/** The whole story of a request from the log alone. */
export interface Explanation {
  readonly requestId: string;
  /** `running`: admitted, with nothing more on record. `metered`: used and not charged yet. */
  readonly state: 'running' | 'metered' | 'charged' | 'expired';
  /** What became of the answer. */
  readonly ending: Ending;
  readonly userId: string;
  /** Whose balance it is on. */
  readonly payer: Payer;
  readonly key: ExplainedKey;
  readonly admission: ExplainedAdmission;
  readonly usage: ExplainedUsage | null;
  readonly charge: ExplainedCharge | null;
  readonly expiry: ExplainedExpiry | null;
  readonly proof: ExplainedProof;
}

export interface ExplainedKey {
  readonly keyId: string;
  /** The key's first characters and its name; empty if the log has no such key. */
  readonly prefix: string;
  readonly name: string;
  readonly revokedAtMs: number | null;
}

export interface ExplainedAdmission {
  readonly position: number;
  readonly admittedAtMs: number;
  readonly expiresAtMs: number;
  /** The model as the client named it. */
  readonly model: string;
  readonly stream: boolean;
  readonly multiplierBasisPoints: number;
  readonly routing: ExplainedRouting;
  readonly before: Money;
  readonly holdNanoUsd: bigint;
  /** The most that the request could cost at each candidate. The hold is the dearest. */
  readonly bounds: readonly HoldBound[];
  readonly after: Money;
  /** What was set aside on limits, and how their windows stood before. */
  readonly limits: readonly ExplainedReservation[];
}

export interface ExplainedReservation {
  readonly limitId: string;
  readonly unit: string;
  readonly kind: string;
  /** Counts only where this provider answers; empty: whichever does. */
  readonly provider: string;
  readonly windowStartMs: number;
  readonly amount: bigint;
  readonly usedBefore: bigint;
  readonly heldBefore: bigint;
}

export interface ExplainedUsage {
  readonly position: number;
  readonly recordedAtMs: number;
  readonly outcome: EventBodies['UsageRecorded']['outcome'];
  readonly provider: string;
  readonly model: string;
  /** By unit. */
  readonly used: Usage;
  /** The tier that the answer says it was served in; empty: the usual one. */
  readonly serviceTier: string;
  /** What of the provider's report was not believed as it stood. */
  readonly usageFlags: readonly string[];
  readonly estimated: boolean;
  readonly estimatePolicy: string;
  readonly attempts: EventBodies['UsageRecorded']['attempts'];
  /** What the house pays for attempts that gave the client nothing. */
  readonly houseLosses: readonly { readonly attempt: number; readonly used: Usage; readonly estimated: boolean }[];
  readonly firstByteMs: number;
  readonly durationMs: number;
}

export interface ExplainedPrice {
  readonly priceKey: string;
  readonly version: number;
  readonly position: number;
  readonly publishedAtMs: number;
  readonly source: string;
  /** The tier of service whose prices were taken; empty: the usual one. */
  readonly serviceTier: string;
  /** The prices hold for requests with more prompt tokens than this. null: the ordinary prices. */
  readonly abovePromptTokens: number | null;
}

export interface ExplainedCharge {
  readonly position: number;
  readonly postedAtMs: number;
  /** Null if nothing was used and so nothing was priced, or if the price is not in the log. */
  readonly price: ExplainedPrice | null;
  readonly arithmetic: ChargeArithmetic;
  readonly amountNanoUsd: bigint;
  readonly overrunNanoUsd: bigint;
  readonly releasedNanoUsd: bigint;
  /** Whether the lines, and the usage rated anew by the log's price, both give amount + overrun. */
  readonly isRecomputed: boolean;
  /** What the price does not say of the usage. */
  readonly ratingFlags: readonly string[];
  readonly estimated: boolean;
  /** What the provider's prices make of attempts that gave the client nothing. */
  readonly houseCosts: readonly {
    readonly attempt: number;
    readonly amountNanoUsd: bigint;
    readonly estimated: boolean;
  }[];
  readonly postings: EventBodies['ChargePosted']['postings'];
  readonly before: Money;
  readonly after: Money;
}

export interface ExplainedExpiry {
  readonly position: number;
  readonly expiredAtMs: number;
  readonly reason: string;
  readonly releasedNanoUsd: bigint;
  readonly after: Money;
}

/** An event of the request with its hashes in hex: chain = H(02, previous chain, leaf). */
export interface ProvenEvent {
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  readonly version: number;
  readonly recordedAtMs: number;
  readonly leaf: string;
  readonly previousChain: string;
  readonly storedChain: string;
  readonly recomputedChain: string;
}

export interface ExplainedProof {
  readonly events: readonly ProvenEvent[];
  /** The chain was recomputed from position 1 up to this position. */
  readonly recomputedUpTo: number;
  /** The first position whose stored hash differs from the recomputed one. null: all are sound. */
  readonly firstBreakAt: number | null;
}
