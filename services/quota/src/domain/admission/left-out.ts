import type { PricedCandidate } from '#contracts/quota.ts';
import type { LeftOut } from '#contracts/routing.ts';

/** Of an admission: a model may have hundreds of candidates, and an event is kept for ever. */
const LEFT_OUT_MAX = 50;

/** Notes a candidate that a request does not go to. */
export function leftOutOf({ provider, model }: Pick<PricedCandidate, 'provider' | 'model'>, reason: string): LeftOut {
  return { provider, model, reason };
}

/** All that were left out, policy's first, as far as an event keeps them. */
export function allLeftOut(...lists: readonly (readonly LeftOut[])[]): readonly LeftOut[] {
  return lists.flat().slice(0, LEFT_OUT_MAX);
}
