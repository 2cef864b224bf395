import type { Price } from '#money/price.ts';
import { promptTokensBoundAt } from './request-cost.ts';

/** At least a quarter of a model's context is left to the answer, since a prompt's bound is several times its real size. */
const CONTEXT_PARTS = 4;

/** An open request's bounds, for one choice. */
export interface OpenBounds {
  /** What it is given where everything allows it. */
  readonly most: number;
  /** The fewest it is admitted with. */
  readonly fewest: number;
}

/** The default, as far as every candidate can give it: the request may end up at any of them. */
export function openBounds(
  prices: readonly Price[],
  promptTokensBound: number,
  defaults: { readonly outputTokensDefault: number; readonly outputTokensFloor: number },
): OpenBounds {
  const most = Math.min(
    ...prices.map((price) => longestAnswer(price, promptTokensBound, defaults.outputTokensDefault)),
  );
  return { most, fewest: Math.min(defaults.outputTokensFloor, most) };
}

/**
 * The output bound where the client left it open: the default, or the largest power of two below it that balance and limits
 * allow, so that it is the same for the same limits (README.md, "How much an open request may hold"). They allow the fewest.
 */
export function openOutputBound({ most, fewest }: OpenBounds, allowed: number): number {
  if (allowed >= most) return most;
  return Math.max(fewest, 2 ** Math.floor(Math.log2(allowed)));
}

function longestAnswer(price: Price, promptTokensBound: number, outputTokensDefault: number): number {
  const longest = price.outputTokensMax > 0 ? price.outputTokensMax : outputTokensDefault;
  const tokens = Math.min(longest, outputTokensDefault);
  if (price.contextTokens === 0) return tokens;
  // Prompt and answer share the context, and providers refuse a `max_tokens` that does not fit beside the prompt.
  const besidePrompt = price.contextTokens - promptTokensBoundAt(price, { promptTokensBound });
  return Math.min(tokens, Math.max(besidePrompt, Math.ceil(price.contextTokens / CONTEXT_PARTS)));
}
