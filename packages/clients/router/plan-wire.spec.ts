import assert from 'node:assert/strict';
import { RoutingPlanSchema } from '#contracts/gen/gateway/router/v1/router_pb.js';
import { plainPlan } from '#contracts/routing.ts';
import { overTheWire } from '#testkit/over-the-wire.ts';
import { test } from '#testkit/test.ts';
import { planFromWire, planToWire } from './plan-wire.ts';

test('a strategy and a priority that this router does not know are the plain ones', () => {
  const { shadow: _, ...wire } = planToWire({ ...plainPlan, strategy: 'sticky', priority: 'low', routeId: 'r' });
  const newer = overTheWire(RoutingPlanSchema, { ...wire, strategy: 'astrology', priority: 'utmost' });
  assert.deepEqual(planFromWire(newer), { ...plainPlan, routeId: 'r' });
});
