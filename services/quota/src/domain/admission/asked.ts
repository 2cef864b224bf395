import type { FrontFormatName } from '#ai/format.ts';
import type { AdmitRequest } from '#contracts/quota.ts';
import type { AdmissionRules } from './admission-rules.ts';
import type { Caller } from './caller.ts';
import { hasOutput } from './has-output.ts';
import { type LikelyAnswer, type Needs, needsOf } from './needs.ts';
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
  readonly likely: LikelyAnswer;
}

/**
 * Formats whose API has no field for the bound: a provider of the same format answers as long as it likes. A bound that is lowered to what
 * the balance pays would be a hold that bounds nothing.
 */
const toldNoBound: ReadonlySet<FrontFormatName> = new Set(['openai-compact']);

/** What a request can cost at these candidates, and what it needs at least, wherever it ends up. */
export function answerOf({ request, caller, rules }: Asked, candidates: readonly PricedOne[]): Answer {
  const { promptTokensBound, choices } = request;
  const cost = costAt({ request, caller }, candidates);
  const outputTokensRequested = hasOutput(request) ? request.outputTokensRequested : 0;
  if (outputTokensRequested > 0 || !hasOutput(request)) {
    const likely = { outputTokensEstimate: outputTokensRequested * choices, isAnswerGuessed: false };
    return { cost, open: undefined, least: needsOf(cost, outputTokensRequested, likely), likely };
  }
  const { outputTokensDefault, outputTokensUsual } = caller;
  const outputTokensFloor = toldNoBound.has(request.format) ? outputTokensDefault : rules.outputTokensFloor;
  const open = openBounds(cost.prices, promptTokensBound, { outputTokensDefault, outputTokensFloor });
  const likely = { outputTokensEstimate: Math.min(outputTokensUsual, open.most * choices), isAnswerGuessed: true };
  return { cost, open, least: needsOf(cost, open.fewest, likely), likely };
}

/** What a request can cost at these candidates. */
export function costAt(
  { request, caller }: Pick<Asked, 'request' | 'caller'>,
  candidates: readonly PricedOne[],
): CostedRequest {
  const { promptTokensBound, prompts, promptTokensEstimate, choices, otherUnits, counts, serviceTier } = request;
  const { multiplierBasisPoints } = caller;
  const prices = candidates.map(({ price }) => price);
  const reach = { otherUnits, counts, serviceTier };
  return { prices, promptTokensBound, prompts, promptTokensEstimate, choices, multiplierBasisPoints, ...reach };
}
