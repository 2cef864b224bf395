import assert from 'node:assert/strict';
import type { ModelFacts } from '#catalogue/model-facts.ts';
import type { RouteRequest, Strategy } from '#contracts/routing.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import { anyRequest } from './any-request.ts';
import { callerOf } from './caller.ts';
import type { AnyResource } from './kinds.ts';
import { buildModelTable } from './model-table.ts';

const { alias, model, provider, route, settings, team, user } = policy;

const a = provider({ id: 'a', models: ['big', 'small'], priority: 1, weight: 5, region: 'eu' });
const b = provider({ id: 'b', models: ['big', 'wide'], priority: 2, weight: 3, region: 'us' });
const c = provider({ id: 'c', models: ['other', 'small'] });

const unknown: ModelFacts = {
  contextTokens: 0,
  outputTokensMax: 0,
  inputModalities: [],
  outputModalities: [],
  capabilities: [],
};
/** Of each catalogue, which is the provider's id here. */
const facts: Readonly<Record<string, Partial<ModelFacts>>> = {
  'a/small': { contextTokens: 1_000, inputModalities: ['text'], capabilities: ['tools'] },
  'a/big': { contextTokens: 10_000, inputModalities: ['text', 'image'], capabilities: ['tools', 'reasoning'] },
  'b/big': { contextTokens: 20_000, inputModalities: ['text'], capabilities: ['tools'] },
  'b/wide': { contextTokens: 90_000 },
  'c/other': { contextTokens: 500, outputModalities: ['embedding'] },
};
const readFacts = (catalogueId: string, modelId: string): ModelFacts | undefined => {
  const known = facts[`${catalogueId}/${modelId}`];
  return known && { ...unknown, ...known };
};

const plain = anyRequest(0);
const nobody = { userId: 'u', keyId: '', teamId: '' };

function look(resources: readonly AnyResource[], name: string, request: Partial<RouteRequest> = {}, who = nobody) {
  const registry = registryOf(a, b, c, ...resources);
  const table = buildModelTable(registry, () => [], readFacts);
  const found = table.find(name, callerOf(registry, who), { ...plain, ...request });
  if (found === undefined) throw new Error(`there is no model ${name}`);
  return found;
}

/** `stage.tier provider:model` of each candidate, with its weight and what it stands in for. */
function shown(...asked: Parameters<typeof look>): readonly string[] {
  return look(...asked).candidates.map(({ provider, model, stage = 0, tier = 0, weight = 0, standsInFor = '' }) =>
    [`${stage}.${tier}`, `${provider}:${model}`, ...(weight > 0 ? [`×${weight}`] : []), standsInFor]
      .filter((part) => part !== '')
      .join(' '),
  );
}

const leftOut = (...asked: Parameters<typeof look>): readonly string[] =>
  (look(...asked).routing?.leftOut ?? []).map(({ provider, model, reason }) => `${provider}:${model} ${reason}`);

test('a name at several providers has their priorities as tiers, their weights, and what the model takes', () => {
  assert.deepEqual(shown([], 'big'), ['0.1 a:big ×5', '0.2 b:big ×3']);
  assert.deepEqual(
    look([], 'big').candidates.map(({ contextTokens }) => contextTokens),
    [10_000, 20_000],
  );
});

test('targets have tiers and weights of their own, and are in the order of their tiers', () => {
  const targets = [
    { provider: 'c', model: 'other', tier: 1 },
    { provider: 'b', weight: 7 },
    { provider: 'a' },
    { provider: 'c', model: 'small' },
  ];
  const expected = ['0.0 b:big ×7', '0.0 a:big ×5', '0.0 c:small', '0.1 c:other'];
  assert.deepEqual(shown([model({ id: 'big', targets })], 'big'), expected);
  assert.deepEqual(shown([route({ id: 'r', models: ['big'], targets })], 'big'), expected);
});

test('a route without targets changes only how the candidates of the model are tried', () => {
  const found = look([route({ id: 'r', models: ['b*'], strategy: 'weighted', timeoutMs: 9 })], 'big');
  assert.deepEqual(
    found.candidates.map(({ provider, tier }) => [provider, tier]),
    [
      ['a', 1],
      ['b', 2],
    ],
  );
  assert.partialDeepStrictEqual(found.routing, { routeId: 'r', strategy: 'weighted', timeoutMs: 9 });
});

test('the models of an alias are tried one after the other, and are spread over by any other strategy', () => {
  const group = [alias('group', 'small', 'big', 'other')];
  assert.deepEqual(shown(group, 'group'), [
    '0.0 c:small',
    '0.1 a:small ×5',
    '0.2 a:big ×5',
    '0.3 b:big ×3',
    '0.4 c:other',
  ]);
  assert.deepEqual(shown(group, 'group', { strategy: 'round_robin' }), [
    '0.0 c:small',
    '0.0 c:other',
    '0.1 a:small ×5',
    '0.1 a:big ×5',
    '0.2 b:big ×3',
  ]);
});

test('fallbacks are stages, those for one failure first, and no deployment is tried twice for one reason', () => {
  const says = model({
    id: 'small',
    fallbacks: ['gone', 'c/other', 'big', 'small'],
    contextWindowFallbacks: ['wide', 'a/big'],
    contentPolicyFallbacks: ['c/small', 'c/other'],
  });
  assert.deepEqual(shown([says], 'small'), [
    '0.0 c:small',
    '0.1 a:small ×5',
    '1.2 b:wide ×3 context_window',
    '2.1 a:big ×5 context_window',
    '3.0 c:other content_policy',
    '4.0 c:other',
    '5.1 a:big ×5',
    '5.2 b:big ×3',
  ]);
});

test("a route's fallbacks take the place of the model's own of the same kind, and those of fallbacks do not count", () => {
  const small = model({ id: 'small', fallbacks: ['other'], contextWindowFallbacks: ['wide'] });
  const big = model({ id: 'big', fallbacks: ['small'] });
  const way = route({ id: 'r', models: ['s*'], fallbacks: ['b/b*', 'fast'] });
  assert.deepEqual(shown([small, big, way, alias('fast', 'big')], 'small').slice(2), [
    '1.2 b:wide ×3 context_window',
    '2.1 a:big ×5',
    '2.2 b:big ×3',
  ]);
  const named = route({ id: 'r', models: ['sm*'], fallbacks: ['b/*', 'b/wide'] });
  assert.deepEqual(
    shown([named], 'small').slice(2),
    ['1.2 b:wide ×3'],
    'the star is "all" of "small", which is no model',
  );
});

test('the models of an alias bring their fallbacks, each once', () => {
  const says = [model({ id: 'small', fallbacks: ['wide'] }), model({ id: 'other', fallbacks: ['wide', 'a/big'] })];
  assert.deepEqual(shown([...says, alias('group', 'small', 'other')], 'group').slice(3), [
    '1.0 b:wide ×3',
    '2.0 a:big ×5',
  ]);
});

test('what cannot take or do what a request needs is left out, where the catalogue or the model says so', () => {
  assert.deepEqual(leftOut([], 'big', { modalities: ['image'] }), ['b:big modality:image']);
  assert.deepEqual(leftOut([], 'big', { capabilities: ['tools', 'reasoning'] }), ['b:big capability:reasoning']);
  assert.deepEqual(leftOut([], 'big', { promptTokensEstimate: 10_001 }), ['a:big context']);
  assert.deepEqual(shown([], 'big', { promptTokensEstimate: 10_001 }), ['0.2 b:big ×3']);
  assert.deepEqual(leftOut([], 'big', { promptTokensEstimate: 10_000, modalities: [] }), []);
  const says = model({ id: 'big', inputModalities: ['text', 'image'], contextTokens: 30_000 });
  assert.deepEqual(leftOut([says], 'big', { modalities: ['image'], promptTokensEstimate: 30_000 }), []);
});

test('what is not known is kept, and a batch of texts says nothing of the longest', () => {
  const asked = { modalities: ['audio'], capabilities: ['web_search'], promptTokensEstimate: 80_000 };
  assert.deepEqual(leftOut([], 'wide', asked), []);
  assert.deepEqual(leftOut([], 'other', { promptTokensEstimate: 5_000 }), []);
});

test('where the catalogue thinks that nobody can serve a request, everybody is kept: a catalogue may be wrong', () => {
  assert.deepEqual(shown([], 'big', { modalities: ['audio'] }), ['0.1 a:big ×5', '0.2 b:big ×3']);
  const says = model({ id: 'big', fallbacks: ['small'] });
  const asked = { modalities: ['audio'] };
  assert.deepEqual(shown([says], 'big', asked), ['0.1 a:big ×5', '0.2 b:big ×3', '1.0 c:small']);
  assert.deepEqual(leftOut([says], 'big', asked), ['a:small modality:audio']);
});

test('a prompt that is too long for the model is sent at once to one that stands in for that', () => {
  const says = model({ id: 'big', contextWindowFallbacks: ['small', 'wide'], contentPolicyFallbacks: ['c/other'] });
  const tooLong = { promptTokensEstimate: 50_000 };
  assert.deepEqual(shown([says], 'big', tooLong), ['0.0 c:small', '2.2 b:wide ×3', '3.0 c:other content_policy']);
  assert.deepEqual(leftOut([says], 'big', tooLong), ['a:big context', 'b:big context', 'a:small context']);
  const none = model({ id: 'big', contextWindowFallbacks: ['a/small'] });
  assert.deepEqual(shown([none], 'big', tooLong), ['0.1 a:big ×5', '0.2 b:big ×3']);
});

test('a region leaves out all that is elsewhere or nobody knows where, and leaves nothing rather than that', () => {
  assert.deepEqual(shown([], 'big', { region: 'us' }), ['0.2 b:big ×3']);
  assert.deepEqual(leftOut([], 'small', { region: 'eu' }), ['c:small region']);
  const none = look([], 'other', { region: 'eu' });
  assert.deepEqual([none.candidates, none.id, none.ownedBy], [[], 'other', 'c']);
  assert.deepEqual(leftOut([], 'other', { region: 'eu' }), ['c:other region']);
  const says = model({ id: 'other', contextWindowFallbacks: ['a/big'], fallbacks: ['b/big'] });
  assert.deepEqual(shown([says], 'other', { region: 'us' }), ['0.2 b:big ×3']);
  assert.deepEqual(shown([says], 'other', { region: 'eu' }), [], 'what stands in for a failure needs one');
});

test('the request says how candidates are chosen, else the route, the model, the alias, the user, the team, the settings', () => {
  const who = { userId: 'u', keyId: '', teamId: 't' };
  const named = alias('name', 'big');
  named.value.strategy = 'sticky';
  const rows: readonly (readonly [string, AnyResource])[] = [
    ['settings', settings({ strategy: 'random' })],
    ['team', team({ id: 't', strategy: 'weighted' })],
    ['user', user({ id: 'u', teamId: 't', strategy: 'round_robin' })],
    ['alias', named],
    ['model', model({ id: 'big', strategy: 'lowest_cost' })],
    ['route', route({ id: 'r', models: ['*'], strategy: 'lowest_latency' })],
  ];
  const said: AnyResource[] = [user({ id: 'u', teamId: 't' }), alias('name', 'big')];
  assert.deepEqual(choice(), ['', 'priority']);
  for (const [source, resource] of rows) {
    said.push(resource);
    assert.deepEqual(choice(), [source, 'strategy' in resource.value ? resource.value.strategy : '']);
  }
  assert.deepEqual(choice({ strategy: 'least_connections' }), ['request', 'least_connections']);

  function choice(request: Partial<RouteRequest> = {}): readonly string[] {
    const { strategySource = '', strategy = '' } = look(said, 'name', request, who).routing ?? {};
    return [strategySource, strategy];
  }
});

test('a strategy of the model counts for an alias where all its models have it, and one of a later gateway nowhere', () => {
  const says = (small: string, other: string): readonly AnyResource[] => [
    alias('group', 'small', 'other'),
    model({ id: 'small', strategy: small }),
    model({ id: 'other', strategy: other }),
  ];
  const chosen = (small: string, other: string): Strategy | undefined =>
    look(says(small, other), 'group').routing?.strategy;
  assert.equal(chosen('random', 'random'), 'random');
  assert.equal(chosen('random', 'sticky'), 'priority');
  assert.equal(chosen('by_the_moon', 'by_the_moon'), 'priority');
});

test('a route says how long, how often and how urgently its requests are tried; the settings say the rest', () => {
  const set = settings({ attemptsMax: 5 });
  const says = { hedgeAfterMs: 700, timeoutMs: 9_000, attemptsMax: 2, priority: 'high', mayBecomePaid: true };
  assert.partialDeepStrictEqual(look([set, route({ id: 'r', models: ['*'], ...says })], 'big').routing, says);
  assert.partialDeepStrictEqual(look([set, route({ id: 'r', models: ['*'] })], 'big').routing, {
    attemptsMax: 5,
    hedgeAfterMs: 0,
    timeoutMs: 0,
    priority: 'normal',
    mayBecomePaid: false,
  });
  assert.equal(look([set], 'big').routing?.attemptsMax, 5);
});

test('a share of the requests is copied to the shadow, where it could have gone itself', () => {
  const shadow = { provider: 'b', model: 'big' };
  const copying = (fields: object) => [route({ id: 'r', models: ['*'], shadow, ...fields })];
  const shadowOf = (fields: object, request: Partial<RouteRequest> = {}) =>
    look(copying(fields), 'small', request).routing?.shadow;
  assert.partialDeepStrictEqual(shadowOf({}), { provider: 'b', model: 'big', priceKey: 'b/big' });
  assert.equal(shadowOf({ shadow: { provider: 'gone', model: 'x' } }), undefined);
  assert.equal(shadowOf({}, { region: 'eu' }), undefined);
  assert.equal(shadowOf({}, { modalities: ['image'] }), undefined);
  const keys = Array.from({ length: 2_000 }, (_, index) => `k${index}`);
  const copied = keys.filter((shareKey) => shadowOf({ shadowPercent: '10' }, { shareKey }) !== undefined).length;
  assert.ok(copied > 130 && copied < 270, `${copied} of 2000 at 10 %`);
});

test('requests that ask for nothing in particular get the same object, and others one of their own', () => {
  const registry = registryOf(a, b, c, route({ id: 'r', models: ['*'], regions: ['us'], strategy: 'random' }));
  const table = buildModelTable(registry, () => [], readFacts);
  const find = (request: Partial<RouteRequest>) =>
    table.find('big', callerOf(registry, nobody), { ...plain, ...request });
  assert.equal(find({}), find({ promptTokensEstimate: 5, headers: { x: 'y' } }));
  assert.equal(find({ capabilities: ['tools'] }), find({}));
  assert.notEqual(find({ region: 'us' }), find({}));
  assert.deepEqual(
    [find({ region: 'us' }), find({}), find({ strategy: 'sticky' }), find({ modalities: ['image'] }), find({})].map(
      (found) => [found?.routing?.routeId, found?.routing?.strategy, found?.candidates.length],
    ),
    [
      ['r', 'random', 1],
      ['', 'priority', 2],
      ['', 'sticky', 2],
      ['', 'priority', 1],
      ['', 'priority', 2],
    ],
  );
});

test('the price of the candidate that would be the first is told where it was left out', () => {
  const leftOutPriceKey = (request: Partial<RouteRequest>, ...resources: readonly AnyResource[]) =>
    look(resources, 'big', request).routing?.leftOutPriceKey;
  assert.equal(leftOutPriceKey({}), undefined);
  // b, the second, takes no images; a, the first, is not in the region, or has not the context.
  assert.equal(leftOutPriceKey({ modalities: ['image'] }), undefined);
  const [first] = look([], 'big').candidates;
  assert.equal(leftOutPriceKey({ region: 'us' }), first?.priceKey);
  assert.equal(leftOutPriceKey({ promptTokensEstimate: 15_000 }), first?.priceKey);
  const wide = model({ id: 'big', contextWindowFallbacks: ['wide'] });
  assert.equal(leftOutPriceKey({ promptTokensEstimate: 50_000 }, wide), first?.priceKey);
});
