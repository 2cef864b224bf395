import type { Price } from '#money/price.ts';
import type { AdmissionRules } from './admission-rules.ts';
import { type CostedRequest, payableOutputTokens, promptTokensBoundAt } from './request-cost.ts';

/**
 * Beyond `outputTokensDefault` one open request is given at most an eighth of the balance: several run side by side, as
 * agents and batches do, and none of them locks the others out while its long answer is only a possibility.
 */
const OPEN_SHARE_OF_BALANCE = 8n;

/** At least a quarter of a model's context is left to the answer, since a prompt's bound is several times its real size. */
const CONTEXT_PARTS = 4;

/**
 * The output bound of one choice where the client left it open: the model's longest answer, as far as the balance goes
 * (README.md, "How much an open request may hold"). Undefined where the balance cannot pay an answer of any use.
 */
export function openOutputBound(
  request: CostedRequest,
  availableNanoUsd: bigint,
  rules: AdmissionRules,
): number | undefined {
  const ceiling = openOutputCeiling(request, rules);
  const payable = payableOutputTokens(request, availableNanoUsd);
  if (payable < openOutputFloor(request, rules)) return undefined;
  if (ceiling <= rules.outputTokensDefault) return Math.min(ceiling, payable);
  const share = payableOutputTokens(request, availableNanoUsd / OPEN_SHARE_OF_BALANCE);
  return Math.min(ceiling, payable, Math.max(rules.outputTokensDefault, share));
}

/** The fewest output tokens an open request is admitted with. */
export function openOutputFloor(request: CostedRequest, rules: AdmissionRules): number {
  return Math.min(rules.outputTokensFloor, openOutputCeiling(request, rules));
}

/** What every candidate can give, since the request may end up at any of them. */
function openOutputCeiling({ prices, promptTokensBound }: CostedRequest, rules: AdmissionRules): number {
  return Math.min(...prices.map((price) => longestAnswer(price, promptTokensBound, rules)));
}

function longestAnswer(price: Price, promptTokensBound: number, { outputTokensDefault }: AdmissionRules): number {
  const tokens = price.outputTokensMax > 0 ? price.outputTokensMax : outputTokensDefault;
  if (price.contextTokens === 0) return tokens;
  // Prompt and answer share the context, and providers refuse a `max_tokens` that does not fit beside the prompt.
  const besidePrompt = price.contextTokens - promptTokensBoundAt(price, promptTokensBound);
  return Math.min(tokens, Math.max(besidePrompt, Math.ceil(price.contextTokens / CONTEXT_PARTS)));
}
