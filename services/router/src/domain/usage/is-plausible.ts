import { answerTokensOf, isNoUsage, promptTokensOf, type Usage } from '#ai/usage.ts';

/** The bounds of the request's admission. */
export interface UsageBounds {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** A report this many times above the admitted bound is a defect of the provider's meter, not a usage. */
const IMPLAUSIBLE_FACTOR = 100;
/** Providers may count a system prompt of their own, however short the request. */
const HIDDEN_PROMPT_TOKENS_MAX = 10_000;
/** The log keeps counts as uint32. */
const COUNT_MAX = 2 ** 32 - 1;

/**
 * Whether a report can be believed: whole, not negative, not nothing, and not orders of magnitude above the admitted
 * bound.
 */
export function isPlausible(usage: Usage, bounds: UsageBounds): boolean {
  for (const count of Object.values(usage)) {
    if (!Number.isInteger(count) || count < 0 || count > COUNT_MAX) return false;
  }
  return (
    !isNoUsage(usage) &&
    promptTokensOf(usage) <= bounds.promptTokens * IMPLAUSIBLE_FACTOR + HIDDEN_PROMPT_TOKENS_MAX &&
    answerTokensOf(usage) <= bounds.outputTokens * IMPLAUSIBLE_FACTOR + HIDDEN_PROMPT_TOKENS_MAX
  );
}
