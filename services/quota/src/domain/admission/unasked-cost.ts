import type { Asked } from './asked.ts';
import { costAt } from './asked.ts';
import { hasOutput } from './has-output.ts';
import type { PricedOne } from './priced-candidates.ts';
import { worstCostNanoUsd } from './request-cost.ts';

/**
 * Never from free to paid unasked: where the first candidate can cost nothing, those that can cost something are left out. Unless
 * policy lets such a request become a paid one, or its client has named the model in the first one's place.
 *
 * @param first It may be none of the priced ones, where its price does not say all that the request may use.
 */
export function withoutUnaskedCost(
  asked: Pick<Asked, 'request' | 'caller'>,
  priced: readonly PricedOne[],
  first: PricedOne | undefined,
): { readonly kept: readonly PricedOne[]; readonly paid: readonly PricedOne[] } {
  const { routing } = asked.request;
  const isAlone = priced.length < 2 && priced[0] === first;
  if (isAlone || routing?.mayBecomePaid === true || first === undefined || !isFree(asked, first))
    return { kept: priced, paid: [] };
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
