/** A deployment among those of the same tier, as strategies see it. */
export interface Contender {
  /** Its share; at least 1. */
  readonly weight: number;
  /** 32 bits that tell it from others, the same on every router. */
  readonly mark: number;
  readonly inFlight: number;
  /** undefined: quota did not say. */
  readonly costNanoUsd: bigint | undefined;
  /** How long an answer is expected to take, 0: that is to be found out. */
  expectedMs(nowMs: number): number;
  /** What is left of its rate limits in parts of ten thousand; ten thousand where nothing is known. */
  headroomBasisPoints(nowMs: number): number;

  /** What it is ordered by, lower first, and then what decides between equals. A strategy writes both. */
  score: number;
  tie: number;
  /** What the reason tells: the strategy's own measure at that moment. */
  measure: number;
}

/** What a strategy may use beside the contenders. */
export interface Circumstances {
  readonly nowMs: number;
  /** From 0 to below 1. */
  random(): number;
  /** `hashOf` what keeps requests together; undefined: nothing does. */
  readonly stickyHash: number | undefined;
  /**
   * The running weights of this set of contenders, in their order, for a strategy that has turns. It writes them on; they sum to
   * zero. `weights`: what each gains by a turn.
   */
  turnsOf(tier: readonly Contender[], weights: readonly number[]): number[];
}

/** Later than any score. */
export const LAST = Number.MAX_VALUE;

/** Of equal ones the given order stays. */
export function byScore(a: Contender, b: Contender): number {
  return a.score - b.score || a.tie - b.tie;
}
