import { costBound, outputTokensPayable, TOKENS_MAX } from '#money/cost-bound.ts';
import type { Price } from '#money/price.ts';
import type { Reach } from '#money/reach.ts';

/** What a request can cost at worst: it may end up at any of its candidates. */
export interface CostedRequest extends Reach {
  /** The candidates' prices, at least one. */
  readonly prices: readonly Price[];
  readonly promptTokensBound: number;
  /** How many prompts a model may read for it; absent: one. */
  readonly prompts?: number | undefined;
  /** What the prompt is likely to count. */
  readonly promptTokensEstimate: number;
  readonly choices: number;
  readonly multiplierBasisPoints: number;
}

/**
 * No more prompt tokens than this can be counted: a model takes no more than its context for each prompt. A price that has a
 * band at or above the context knows of a longer one, which a client can ask for: there the context bounds nothing.
 */
export function promptTokensBoundAt(
  { contextTokens, bands }: Price,
  { promptTokensBound, prompts = 1 }: Pick<CostedRequest, 'promptTokensBound' | 'prompts'>,
): number {
  if (contextTokens === 0 || bands.some(({ abovePromptTokens }) => abovePromptTokens >= contextTokens)) {
    return promptTokensBound;
  }
  return Math.min(promptTokensBound, contextTokens * prompts);
}

/** The most the request can cost, in nano-USD, where each choice has at most so many output tokens. */
export function worstCostNanoUsd(request: CostedRequest, outputTokensPerChoice: number): bigint {
  let worst = 0n;
  for (const price of request.prices) {
    const cost = costBound({
      promptTokensBound: promptTokensBoundAt(price, request),
      outputTokensBound: outputTokensPerChoice * request.choices,
      price,
      multiplierBasisPoints: request.multiplierBasisPoints,
      otherUnits: request.otherUnits,
      counts: request.counts,
      serviceTier: request.serviceTier,
    });
    if (cost > worst) worst = cost;
  }
  return worst;
}

/**
 * The most output tokens each choice can have for that money, wherever the request ends up; below 0: none, nor the
 * prompt.
 */
export function payableOutputTokens(request: CostedRequest, moneyNanoUsd: bigint): number {
  let payable = TOKENS_MAX;
  for (const price of request.prices) {
    const tokens = outputTokensPayable({
      availableNanoUsd: moneyNanoUsd,
      promptTokensBound: promptTokensBoundAt(price, request),
      price,
      multiplierBasisPoints: request.multiplierBasisPoints,
      otherUnits: request.otherUnits,
      counts: request.counts,
      serviceTier: request.serviceTier,
    });
    payable = Math.min(payable, tokens);
  }
  return Math.floor(payable / request.choices);
}
