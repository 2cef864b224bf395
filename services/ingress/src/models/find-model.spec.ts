import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { buildModelTable } from '#registry/model-table.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import type { Exchange } from '../http/exchange.ts';
import { findModel } from './find-model.ts';

const target = (provider: string) => [{ provider, model: 'm' }];
const models = buildModelTable(
  registryOf(
    policy.provider({ id: 'house', models: ['m', 'free'] }),
    policy.provider({ id: 'off', models: ['m'], status: 'disabled' }),
    policy.route({ id: 'leads-on', order: 1, models: ['m'], targets: target('house') }),
    policy.route({ id: 'leads-nowhere', order: 2, models: ['lost'], targets: target('off') }),
  ),
  () => [],
);

function recordOf(name: string): { readonly model: string | null; readonly routeId: string | null } {
  const exchange = { record: { model: null, routeId: null } } as unknown as Exchange;
  try {
    findModel(exchange, { models, modelEnds: undefined }, name, { userId: 'u', keyId: '', teamId: '', tags: [] });
  } catch (thrown) {
    assert.ok(thrown instanceof Fault && thrown.refusal.code === 'model_not_found');
    assert.ok(!thrown.message.includes('leads-nowhere'), 'routes are not for clients to know');
  }
  const { model, routeId } = exchange.record;
  return { model, routeId };
}

test('the line of a request names its route, and the one that leads nowhere as well', () => {
  assert.deepEqual(recordOf('m'), { model: 'm', routeId: 'leads-on' });
  assert.deepEqual(recordOf('free'), { model: 'free', routeId: null });
  assert.deepEqual(recordOf('lost'), { model: null, routeId: 'leads-nowhere' });
  assert.deepEqual(recordOf('gone'), { model: null, routeId: null });
});
