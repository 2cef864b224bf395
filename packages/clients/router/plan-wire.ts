import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { pricedFromWire, pricedToWire } from '#contracts/candidate-wire.ts';
import type { RoutingPlanSchema } from '#contracts/gen/gateway/router/v1/router_pb.js';
import { isStrategy, type Priority, plainPlan, type RoutingPlan, type StrategySource } from '#contracts/routing.ts';

export function planToWire(plan: RoutingPlan): MessageInitShape<typeof RoutingPlanSchema> {
  const { shadow, ...rest } = plan;
  return shadow === undefined ? rest : { ...rest, shadow: pricedToWire(shadow) };
}

/** What a newer ingress names and this router does not know is read as the plain way. */
export function planFromWire(wire: MessageShape<typeof RoutingPlanSchema>): RoutingPlan {
  const { $typeName: _name, strategy, strategySource, priority, shadow, ...rest } = wire;
  return {
    ...rest,
    strategy: isStrategy(strategy) ? strategy : plainPlan.strategy,
    strategySource: strategySource as StrategySource,
    priority: priority === 'high' || priority === 'low' ? (priority satisfies Priority) : 'normal',
    ...(shadow === undefined ? {} : { shadow: pricedFromWire(shadow) }),
  };
}
