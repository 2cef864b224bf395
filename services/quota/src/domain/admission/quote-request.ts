import type { AdmitRequest, QuoteResult } from '#contracts/quota.ts';
import { rate } from '#money/rate.ts';
import type { AdmissionRules } from './admission-rules.ts';
import { answerOf } from './asked.ts';
import { countFault } from './count-fault.ts';
import type { AdmissionState } from './decide-admission.ts';
import { needsOf } from './needs.ts';
import { pricedCandidates } from './priced-candidates.ts';
import { featureNotPriced, notPriced } from './refusals.ts';
import { withoutUnaskedCost } from './unasked-cost.ts';

/**
 * What a request would cost: the bound is what its admission would set aside where money and limits allow it, and the estimate
 * is the likely use at the prices of the candidate that is tried first.
 */
export function quoteRequest(
  request: AdmitRequest,
  { caller, priceOf }: Pick<AdmissionState, 'caller' | 'priceOf'>,
  rules: AdmissionRules,
): QuoteResult {
  if ('refusal' in caller) return { kind: 'refused', refusal: caller.refusal };
  const fault = countFault(request);
  if (fault !== undefined) return { kind: 'refused', refusal: fault };
  const { priced, unpriced, first: asked } = pricedCandidates(request, priceOf);
  const { kept } = withoutUnaskedCost({ request, caller }, priced, asked);
  const [first] = kept;
  if (first === undefined) {
    const refusal = unpriced === undefined ? notPriced(request.model) : featureNotPriced(request.model, unpriced);
    return { kind: 'refused', refusal };
  }
  const { cost, open, likely } = answerOf({ request, caller, rules }, kept);
  const needs = needsOf(cost, open?.most ?? request.outputTokensRequested, likely);
  const usage = { input: needs.inputTokensEstimate, output: needs.outputTokensEstimate, ...request.counts };
  const { multiplierBasisPoints } = caller;
  const rating = rate(usage, first.price, { serviceTier: request.serviceTier, multiplierBasisPoints });
  return {
    kind: 'quoted',
    quote: {
      candidate: first.candidate,
      multiplierBasisPoints,
      boundNanoUsd: needs.costBoundNanoUsd,
      outputTokensBound: needs.outputTokensBound,
      lines: rating.lines,
      estimateNanoUsd: rating.totalNanoUsd,
    },
  };
}
