import assert from 'node:assert/strict';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { ExplainRouteRequestSchema, ExplainRouteResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { HeaderConditionSchema, ModelTargetSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { RouterAdminPort } from '#contracts/router.ts';
import type { RoutingPlan } from '#contracts/routing.ts';
import { Fault } from '#errors/fault.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { type AccountsUnderTest, callsOf, owner, startAccounts } from './testing.ts';

/** Tries candidates backwards, as no registry would. */
const backwards: RouterAdminPort['explainChoice'] = async ({ candidates, plan }) => {
  plans.push(plan);
  return candidates.toReversed().map(({ provider, model, stage = 0, tier = 0 }) => {
    return { provider, model, stage, tier, account: 'main', state: 'half_open', reason: `${plan.strategy}: backwards` };
  });
};

const plans: RoutingPlan[] = [];
let explainChoice: RouterAdminPort['explainChoice'] = backwards;
let running: AccountsUnderTest;
let calls: ReturnType<typeof callsOf>;
let keyId = '';
let userId = '';

beforeAll(async () => {
  const routerAdmin = new Proxy({} as never, {
    get: (_, name) => (name === 'explainChoice' ? explainChoice : undefined),
  });
  running = await startAccounts(createMemoryJournal(), { neighbours: () => ({ routerAdmin }) });
  calls = callsOf(running.accounts.admin);
  const provider = { kind: 'openai', baseUrl: 'http://10.0.0.5/v1', models: ['llama'] };
  await calls.update('provider', { ...provider, id: 'near', region: 'eu', priority: 1 });
  await calls.update('provider', { ...provider, id: 'far', region: 'us', priority: 2 });
  await calls.update('route', {
    id: 'blue',
    order: 1,
    models: ['*'],
    headers: [create(HeaderConditionSchema, { name: 'X-Team', value: 'blue' })],
    shadow: create(ModelTargetSchema, { provider: 'far', model: 'llama' }),
    strategy: 'weighted',
  });
  const user = await calls.create('user', { name: 'u', strategy: 'sticky' });
  const key = await calls.create('key', { userId: user.id });
  [userId, keyId] = [user.id, key.id];
  await calls.update('route', { id: 'of-key', order: 2, models: ['llama'], keys: [keyId], strategy: 'random' });
  await calls.update('model', { id: 'tiny', targets: [create(ModelTargetSchema, { provider: 'near' })] });
});

afterAll(() => running.stop());

async function explain(asked: MessageInitShape<typeof ExplainRouteRequestSchema>) {
  const answer = await running.accounts.admin.explainRoute(create(ExplainRouteRequestSchema, asked), owner);
  return create(ExplainRouteResponseSchema, answer);
}

const order = ({ candidates }: Awaited<ReturnType<typeof explain>>) => candidates.map(({ provider }) => provider);

test('an explanation has the routes that were looked at, and the candidates as the router would try them', async () => {
  const explained = await explain({ model: 'llama', headers: { 'x-team': 'blue' } });
  assert.partialDeepStrictEqual(explained, {
    routeId: 'blue',
    strategy: 'weighted',
    strategySource: 'route',
    note: '',
  });
  assert.deepEqual(
    explained.lookedAt.map(({ routeId, mismatch }) => [routeId, mismatch]),
    [['blue', '']],
  );
  assert.deepEqual(order(explained), ['far', 'near']);
  assert.partialDeepStrictEqual(explained.candidates[0], {
    account: 'main',
    tier: 2,
    state: 'half_open',
    reason: 'weighted: backwards',
  });
  assert.partialDeepStrictEqual(explained.shadow, { provider: 'far', model: 'llama' });
});

test('a route that does not fit says what does not, and the request is looked at as its user’s', async () => {
  const explained = await explain({ model: 'llama', userId, sessionId: 's' });
  assert.deepEqual(
    explained.lookedAt.map(({ routeId, mismatch }) => [routeId, mismatch]),
    [
      ['blue', 'headers'],
      ['of-key', 'keys'],
    ],
  );
  assert.deepEqual([explained.routeId, explained.strategy, explained.strategySource], ['', 'sticky', 'user']);
  assert.match(plans.at(-1)?.stickyKey ?? '', /^[\w-]{43}$/);
  const ofKey = await explain({ model: 'llama', keyId });
  assert.deepEqual([ofKey.routeId, ofKey.strategy], ['of-key', 'random']);
});

test('what is elsewhere is left out, and the header of a client says where, and how', async () => {
  const headers = { 'X-Gateway-Region': 'eu', 'x-gateway-strategy': 'round_robin' };
  const explained = await explain({ model: 'llama', headers });
  assert.deepEqual(order(explained), ['near']);
  assert.deepEqual(
    explained.leftOut.map(({ provider, model, reason }) => [provider, model, reason]),
    [['far', 'llama', 'region']],
  );
  assert.deepEqual([explained.strategy, explained.strategySource], ['round_robin', 'request']);
  const nowhere = await explain({ model: 'llama', headers: { 'x-gateway-region': 'mars' } });
  assert.deepEqual([order(nowhere), nowhere.note], [[], 'No provider of it is in the region mars.']);
});

test('without a router the candidates are in the order of policy, and the explanation says so', async () => {
  explainChoice = async () => {
    throw new Fault({ code: 'unavailable', message: 'away' });
  };
  try {
    const explained = await explain({ model: 'llama' });
    assert.deepEqual(order(explained), ['near', 'far']);
    assert.match(explained.note, /^No router can be asked/);
  } finally {
    explainChoice = backwards;
  }
});

test('a name that is nowhere says what to do, and a route that leads nowhere is named', async () => {
  assert.match((await explain({ model: 'gone' })).note, /^No active provider has it/);
  await calls.update('provider', { id: 'off', kind: 'openai', baseUrl: 'http://10.0.0.5/v1', status: 'disabled' });
  await calls.update('route', {
    id: 'dead',
    models: ['tiny'],
    targets: [create(ModelTargetSchema, { provider: 'off', model: 'x' })],
  });
  const { note, lookedAt } = await explain({ model: 'tiny' });
  assert.match(note, /^The route dead sends it to no active provider/);
  assert.equal(lookedAt.at(-1)?.routeId, 'dead');
});

test('what names nothing is refused by its field', async () => {
  const refused: readonly (readonly [MessageInitShape<typeof ExplainRouteRequestSchema>, string])[] = [
    [{}, 'model'],
    [{ model: 'llama', userId: 'nobody' }, 'user_id'],
    [{ model: 'llama', keyId: 'none' }, 'key_id'],
    [{ model: 'llama', modalities: ['smell'] }, 'modalities[0]'],
    [{ model: 'llama', at: 'tomorrow' }, 'at'],
    [{ model: 'llama', headers: { 'x-gateway-strategy': 'best' } }, 'headers.x-gateway-strategy'],
  ];
  for (const [asked, param] of refused) {
    await assert.rejects(explain(asked), (thrown) => thrown instanceof Fault && thrown.refusal.param === param, param);
  }
});
