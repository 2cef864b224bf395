import type { PricedCandidate } from '#contracts/quota.ts';
import type { ExplainedChoice } from '#contracts/router.ts';
import type { RoutingPlan } from '#contracts/routing.ts';
import type { Fleet } from './fleet.ts';

/** The order of trial as people read it. */
export function explainedChoices(
  fleet: Pick<Fleet, 'explain' | 'health'>,
  candidates: readonly PricedCandidate[],
  plan: RoutingPlan,
  requestId: string,
): readonly ExplainedChoice[] {
  const states = new Map(fleet.health().map(({ provider, state }) => [provider, state]));
  return fleet.explain(candidates, plan, requestId).map(({ deployment, reason }) => {
    const { provider, account, model, stage, tier } = deployment;
    return { provider, account, model, stage, tier, reason, state: states.get(provider) ?? 'down' };
  });
}
