import { multiplier } from '#contracts/admin-fields.ts';
import { ASKED_FOR_MS } from '#contracts/quota.ts';

/** The rules of admission an operator may set, and the bounds of the service. */
export interface QuotaConfig {
  /** What a user pays in basis points of the provider's price, where the user has no multiplier of his own. */
  readonly multiplierBasisPoints: number;
  /** How long a hold may stay open. Longer than the longest request, or a running request loses its hold. */
  readonly holdTtlMs: number;
  /**
   * The bound of one choice's answer where neither the client nor policy names one (README.md, "How much an open request may
   * hold").
   */
  readonly outputTokensDefault: number;
  /** An open request is refused rather than cut to fewer output tokens than this: shorter answers are of no use. */
  readonly outputTokensFloor: number;
  /** For users without a quota of their own; 0: none. */
  readonly defaultRequestsPerMinute: number;
  /**
   * `strict`: an admission is answered when it is durable. `overlapped`, within one process: at once, with a promise of
   * it, so that the provider is called while the log is written; no byte reaches the client before it is durable either
   * way.
   */
  readonly durability: 'strict' | 'overlapped';
  /** Admissions on their way into the log; beyond it requests are refused at once instead of waiting in vain. */
  readonly maxPending: number;
  /**
   * How long an admission is waited for. Nobody hears the answer to one that is durable later, and its hold is ended: an
   * ingress asks for so long, and in one process its client has been told no.
   */
  readonly askedForMs: number;
  /** How often holds are looked through for those whose time is over. */
  readonly sweepIntervalMs: number;
  /** How long a refusal may wait for the fold to reach the log's end, so that it is not made from an old balance. */
  readonly catchUpTimeoutMs: number;
  /** How long a refusal may wait for the charges of requests that have ended: some 50 ms, while billing is there. */
  readonly chargeWaitMs: number;
}

export const defaultQuotaConfig: QuotaConfig = {
  multiplierBasisPoints: 15_000,
  holdTtlMs: 15 * 60_000,
  outputTokensDefault: 16_384,
  outputTokensFloor: 256,
  defaultRequestsPerMinute: 0,
  durability: 'strict',
  maxPending: 10_000,
  askedForMs: ASKED_FOR_MS,
  sweepIntervalMs: 1_000,
  catchUpTimeoutMs: 1_000,
  chargeWaitMs: 1_000,
};

/** Every fault of a configuration, each as a sentence; empty where there is none. */
export function quotaConfigFaults(config: QuotaConfig): string[] {
  const faults: string[] = [];
  const check = (name: Exclude<keyof QuotaConfig, 'durability'>, min: number, max: number): void => {
    const value = config[name];
    if (Number.isSafeInteger(value) && value >= min && value <= max) return;
    faults.push(`quota.${name} must be a whole number from ${min} to ${max}, not ${value}`);
  };
  check('multiplierBasisPoints', multiplier.min, multiplier.max);
  check('holdTtlMs', 1_000, DAY_MS);
  check('outputTokensDefault', 1, TOKENS_LIMIT);
  check('outputTokensFloor', 1, TOKENS_LIMIT);
  check('defaultRequestsPerMinute', 0, 2 ** 32 - 1);
  check('maxPending', 1, 1_000_000);
  check('askedForMs', 1, 60_000);
  check('sweepIntervalMs', 1, 60_000);
  check('catchUpTimeoutMs', 0, 60_000);
  check('chargeWaitMs', 0, 60_000);
  if (config.outputTokensFloor > config.outputTokensDefault) {
    faults.push('quota.outputTokensFloor must not be above quota.outputTokensDefault');
  }
  return faults;
}

const DAY_MS = 86_400_000;
/** Above any model's longest answer, and with 128 choices still within the log's uint32. */
const TOKENS_LIMIT = 10_000_000;
