import type { PricedCandidate } from '#contracts/quota.ts';
import type { ExplainedChoice } from '#contracts/router.ts';
import type { RoutingPlan } from '#contracts/routing.ts';
import type { Fleet } from './fleet.ts';

/** The order of trial as people read it. */
export function explainedChoices(
  fleet: Pick<Fleet, 'explain' | 'stateOf'>,
  candidates: readonly PricedCandidate[],
  plan: RoutingPlan,
  requestId: string,
): readonly ExplainedChoice[] {
  return fleet.explain(candidates, plan, requestId).map(({ deployment, reason }) => {
    const { provider, account, model, stage, tier } = deployment;
    return { provider, account, model, stage, tier, reason, state: fleet.stateOf(deployment) };
  });
}
