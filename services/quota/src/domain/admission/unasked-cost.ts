import type { Asked } from './asked.ts';
import { costAt } from './asked.ts';
import { hasOutput } from './has-output.ts';
import type { PricedOne } from './priced-candidates.ts';
import { worstCostNanoUsd } from './request-cost.ts';

/**
 * Never from free to paid unasked: where the first candidate can cost nothing, those that can cost something are left out. Unless
 * policy lets such a request become a paid one, or its client has named the model in the first one's place.
 */
export function withoutUnaskedCost(
  asked: Pick<Asked, 'request' | 'caller'>,
  priced: readonly PricedOne[],
): { readonly kept: readonly PricedOne[]; readonly paid: readonly PricedOne[] } {
  const [first] = priced;
  const { routing } = asked.request;
  const mayCost = priced.length < 2 || routing?.mayBecomePaid === true;
  if (mayCost || first === undefined || !isFree(asked, first)) return { kept: priced, paid: [] };
  const isWanted = (one: PricedOne): boolean =>
    (routing?.hasOwnFallbacks === true && isGeneralFallback(one)) || isFree(asked, one);
  const paid = priced.filter((one) => !isWanted(one));
  return { kept: paid.length === 0 ? priced : priced.filter(isWanted), paid };
}

function isGeneralFallback({ candidate: { stage = 0, standsInFor = '' } }: PricedOne): boolean {
  return stage > 0 && standsInFor === '';
}

/** Whether nothing that the request may use has a price above zero: if one token more would cost something, the cost is not nothing. */
function isFree(asked: Pick<Asked, 'request' | 'caller'>, one: PricedOne): boolean {
  return worstCostNanoUsd(costAt(asked, [one]), hasOutput(asked.request) ? 1 : 0) === 0n;
}
