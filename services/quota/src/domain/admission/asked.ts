import type { AdmitRequest } from '#contracts/quota.ts';
import type { AdmissionRules } from './admission-rules.ts';
import type { Caller } from './caller.ts';
import { type Needs, needsOf } from './needs.ts';
import { type OpenBounds, openBounds } from './open-output-bound.ts';
import type { PricedOne } from './priced-candidates.ts';
import type { CostedRequest } from './request-cost.ts';

/** A request, who asks, and by which rules. */
export interface Asked {
  readonly request: AdmitRequest;
  readonly caller: Caller;
  readonly rules: AdmissionRules;
}

/** How long the answer of a request may become. */
export interface Answer {
  readonly cost: CostedRequest;
  /** Undefined: the client named the bound. */
  readonly open: OpenBounds | undefined;
  /** What it needs at least. */
  readonly least: Needs;
  /** Output tokens that it is likely to have. */
  readonly outputTokensEstimate: number;
}

/** What a request can cost at these candidates, and what it needs at least, wherever it ends up. */
export function answerOf({ request, caller, rules }: Asked, candidates: readonly PricedOne[]): Answer {
  const { promptTokensBound, outputTokensRequested, choices } = request;
  const cost = costAt({ request, caller }, candidates);
  if (outputTokensRequested > 0) {
    const outputTokensEstimate = outputTokensRequested * choices;
    const least = needsOf(cost, outputTokensRequested, outputTokensEstimate);
    return { cost, open: undefined, least, outputTokensEstimate };
  }
  const { outputTokensFloor } = rules;
  const { outputTokensDefault, outputTokensUsual } = caller;
  const open = openBounds(cost.prices, promptTokensBound, { outputTokensDefault, outputTokensFloor });
  const outputTokensEstimate = Math.min(outputTokensUsual, open.most * choices);
  return { cost, open, least: needsOf(cost, open.fewest, outputTokensEstimate), outputTokensEstimate };
}

/** What a request can cost at these candidates. */
export function costAt(
  { request, caller }: Pick<Asked, 'request' | 'caller'>,
  candidates: readonly PricedOne[],
): CostedRequest {
  const { promptTokensBound, choices } = request;
  const { multiplierBasisPoints } = caller;
  return { prices: candidates.map(({ price }) => price), promptTokensBound, choices, multiplierBasisPoints };
}
