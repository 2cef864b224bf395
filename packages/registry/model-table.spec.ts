import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { policy, registryOf } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import { anyRequest } from './any-request.ts';
import type { RouteCaller } from './caller.ts';
import type { AnyResource } from './kinds.ts';
import { liveModels } from './live-models.ts';
import { buildModelTable } from './model-table.ts';
import type { ReadCatalogue } from './provider-names.ts';

const readCatalogue: ReadCatalogue = (id) =>
  id === 'openai'
    ? [
        {
          id: 'gpt-4o',
          names: ['gpt-4o', 'gpt-4o-2024-08-06'],
          isSnapshot: (name) => /^gpt-4o-\d{4}-\d{2}-\d{2}$/.test(name),
        },
      ]
    : [];

const anyone: RouteCaller = { userId: 'u', keyId: '', teamId: '', tags: [] };
const request = anyRequest(0);
const { alias, model, price, provider, route } = policy;
const a = provider({ id: 'a', catalogue: 'openai', priority: 2 });
const b = provider({ id: 'b', catalogue: 'openai', priority: 1 });
const house = provider({ id: 'house', models: ['llama', 'qwen-a', 'qwen-b'], priority: 3 });

const tableOf = (...resources: readonly AnyResource[]) =>
  buildModelTable(registryOf(...resources), readCatalogue, () => undefined);

/** `provider:model` of each candidate; undefined: there is no such model. */
function find(resources: readonly AnyResource[], name: string, caller = anyone): string[] | undefined {
  const found = tableOf(...resources).find(name, caller, request);
  return found?.candidates.map((candidate) => `${candidate.provider}:${candidate.model}`);
}

const names = (...resources: readonly AnyResource[]) =>
  tableOf(...resources)
    .list()
    .map(({ id }) => id);

test('a model goes to every provider that has it, by their priority, and equal ones by their ids', () => {
  assert.deepEqual(tableOf(a, b).find('gpt-4o', anyone, request)?.candidates, [
    { provider: 'b', model: 'gpt-4o', priceKey: 'openai/gpt-4o', tier: 1 },
    { provider: 'a', model: 'gpt-4o', priceKey: 'openai/gpt-4o', tier: 2 },
  ]);
  const equal = ['z', 'y'].map((id) => provider({ id, catalogue: 'openai' }));
  assert.deepEqual(find(equal, 'gpt-4o'), ['y:gpt-4o', 'z:gpt-4o']);
});

test("another name of a catalogue's model goes on as it is, and has its model's price", () => {
  assert.deepEqual(tableOf(a).find('gpt-4o-2024-08-06', anyone, request)?.candidates, [
    { provider: 'a', model: 'gpt-4o-2024-08-06', priceKey: 'openai/gpt-4o', tier: 2 },
  ]);
});

test('<provider>/<model> goes to that provider only, by the plain name, and is not listed', () => {
  assert.deepEqual(find([a, b], 'a/gpt-4o'), ['a:gpt-4o']);
  assert.deepEqual(names(a, b), ['gpt-4o', 'gpt-4o-2024-08-06']);
});

test("a provider's own list of models replaces the catalogue's, priced or not; empty, its id is its catalogue", () => {
  const listed = provider({ id: 'a', catalogue: 'openai', models: ['gpt-4o', 'house-model', 'house-model'] });
  assert.deepEqual(
    tableOf(listed)
      .list()
      .map(({ id, candidates }) => [id, candidates[0]?.priceKey]),
    [
      ['gpt-4o', 'openai/gpt-4o'],
      ['house-model', 'openai/house-model'],
    ],
  );
  assert.equal(tableOf(house).find('llama', anyone, request)?.candidates[0]?.priceKey, 'house/llama');
});

test('a name nobody has is not found', () => {
  for (const name of ['gpt-5', 'c/gpt-4o', '', 'constructor', '__proto__', 'a/', '/']) {
    assert.equal(find([a], name), undefined);
  }
});

test('a dated snapshot goes on under its own name, has the price and here the name of its model, and is not listed', () => {
  const table = tableOf(a, b);
  const found = table.find('gpt-4o-2025-01-31', anyone, request);
  assert.equal(found?.id, 'gpt-4o');
  assert.equal(found?.createdAtS, Date.parse('2025-01-31') / 1_000);
  assert.deepEqual(
    found?.candidates.map((candidate) => [candidate.provider, candidate.model, candidate.priceKey]),
    [
      ['b', 'gpt-4o-2025-01-31', 'openai/gpt-4o'],
      ['a', 'gpt-4o-2025-01-31', 'openai/gpt-4o'],
    ],
  );
  assert.deepEqual(find([a, b], 'a/gpt-4o-2025-01-31'), ['a:gpt-4o-2025-01-31']);
  assert.equal(table.list().length, 2);
});

test('a price of its own prices a name, and gives an open provider a model that the catalogue does not know', () => {
  const own = [price({ id: 'openai/gpt-9' }), price({ id: 'openai/gpt-4o-2024-08-06' })];
  const table = tableOf(a, house, ...own);
  const priceKeyOf = (name: string) => table.find(name, anyone, request)?.candidates[0]?.priceKey;
  assert.equal(priceKeyOf('gpt-9'), 'openai/gpt-9');
  assert.equal(priceKeyOf('gpt-4o-2024-08-06'), 'openai/gpt-4o-2024-08-06');
  assert.equal(priceKeyOf('gpt-4o'), 'openai/gpt-4o');
  assert.equal(find([house, price({ id: 'house/other' })], 'other'), undefined);
});

test('a disabled provider has nothing, and a disabled model is nowhere, whoever it is reached through', () => {
  const off = provider({ id: 'b', catalogue: 'openai', status: 'disabled' });
  assert.deepEqual(find([a, off], 'gpt-4o'), ['a:gpt-4o']);
  assert.equal(find([off], 'b/gpt-4o'), undefined);
  const disabled = [a, house, model({ id: 'gpt-4o', status: 'disabled' }), alias('fast', 'gpt-4o', 'llama')];
  assert.equal(find(disabled, 'gpt-4o'), undefined);
  assert.equal(find(disabled, 'a/gpt-4o'), undefined);
  assert.deepEqual(find(disabled, 'fast'), ['house:llama']);
  const routed = route({ id: 'r', models: ['*'], targets: [{ provider: 'house', model: 'llama' }] });
  assert.equal(find([...disabled, routed], 'gpt-4o'), undefined);
  assert.deepEqual(names(...disabled), ['gpt-4o-2024-08-06', 'llama', 'qwen-a', 'qwen-b', 'fast']);
});

test('the targets of a model replace its providers, in their order and under their names there', () => {
  const targets = [{ provider: 'house', model: 'llama' }, { provider: 'a' }, { provider: 'gone', model: 'x' }];
  const resources = [a, b, house, model({ id: 'gpt-4o', targets, outputTokensDefault: 7 })];
  assert.deepEqual(find(resources, 'gpt-4o'), ['house:llama', 'a:gpt-4o']);
  assert.deepEqual(find(resources, 'a/gpt-4o'), ['a:gpt-4o']);
  assert.equal(find(resources, 'b/gpt-4o'), undefined);
  assert.equal(tableOf(...resources).find('gpt-4o', anyone, request)?.outputTokensDefault, 7);
  assert.equal(tableOf(...resources).find('gpt-4o-2024-08-06', anyone, request)?.outputTokensDefault, 0);
});

test('the most specific wildcard says what a model is, and names that fit it alone are found and not listed', () => {
  const wild = model({ id: 'q*', targets: [{ provider: 'house', model: 'qwen-*' }] });
  const facts = model({ id: '*', outputTokensDefault: 9 });
  const table = tableOf(a, house, wild, facts);
  assert.deepEqual(table.find('qa', anyone, request)?.candidates[0]?.model, 'qwen-a');
  assert.equal(table.find('qa', anyone, request)?.id, 'q*', 'logs and metrics have one name for all of them');
  assert.equal(table.find('gpt-4o', anyone, request)?.outputTokensDefault, 9);
  assert.equal(table.find('qa', anyone, request)?.outputTokensDefault, 0);
  assert.ok(!names(a, house, wild, facts).includes('q*'));
});

test('an alias is a group that is tried in its order, and its star stands for the same characters', () => {
  const resources = [a, b, house, alias('smart', 'gpt-4o', 'house/llama', 'gpt-4o'), alias('my-*', 'qwen-*')];
  assert.deepEqual(find(resources, 'smart'), ['b:gpt-4o', 'a:gpt-4o', 'house:llama']);
  assert.deepEqual(find(resources, 'my-b'), ['house:qwen-b']);
  assert.equal(find(resources, 'my-c'), undefined);
  assert.equal(tableOf(...resources).find('smart', anyone, request)?.id, 'smart');
  assert.equal(tableOf(...resources).find('my-b', anyone, request)?.id, 'qwen-b');
  assert.ok(names(...resources).includes('smart'));
});

test('an alias that leads to itself means the model of its name, and circles end', () => {
  assert.deepEqual(find([a, house, alias('gpt-4o', 'llama', 'gpt-4o')], 'gpt-4o'), ['house:llama', 'a:gpt-4o']);
  assert.deepEqual(find([house, alias('*', 'house/*')], 'llama'), ['house:llama']);
  assert.equal(find([a, alias('x', 'y'), alias('y', 'x')], 'x'), undefined);
});

test('groups of groups of groups are no work', () => {
  const levels = Array.from({ length: 20 }, (_, level) =>
    alias(`level-${level}`, ...Array.from({ length: 100 }, (_, at) => (at === 99 ? 'llama' : `level-${level + 1}`))),
  );
  assert.deepEqual(find([house, ...levels], 'level-0'), ['house:llama']);
});

test('the first route that fits the model and the caller says where a request goes', () => {
  const routes = [
    route({ id: 'team', order: 1, models: ['gpt-*'], teams: ['t1'], targets: [{ provider: 'a' }] }),
    route({ id: 'tag', order: 2, models: ['gpt-*'], tags: ['eu'], targets: [{ provider: 'house', model: 'llama' }] }),
    route({ id: 'user', order: 3, models: ['gpt-*'], users: ['u9'], targets: [{ provider: 'gone', model: 'x' }] }),
    route({ id: 'all', order: 4, models: ['q-*'], targets: [{ provider: 'house', model: 'qwen-*' }] }),
  ];
  const resources = [a, b, house, ...routes, alias('gpt-fast', 'gpt-4o')];
  assert.deepEqual(find(resources, 'gpt-4o'), ['b:gpt-4o', 'a:gpt-4o']);
  assert.deepEqual(find(resources, 'gpt-4o', { ...anyone, teamId: 't1', tags: ['eu'] }), ['a:gpt-4o']);
  assert.deepEqual(find(resources, 'gpt-fast', { ...anyone, teamId: 't1' }), ['a:gpt-4o']);
  assert.deepEqual(find(resources, 'gpt-4o', { ...anyone, tags: ['eu'] }), ['house:llama']);
  assert.equal(find(resources, 'gpt-4o', { ...anyone, userId: 'u9' }), undefined, 'a route with nowhere to go is a no');
  assert.deepEqual(find(resources, 'q-b'), ['house:qwen-b']);
});

test('a look gives the same object, and the table follows policy from the next look on', () => {
  const registry = registryOf(a);
  const live = liveModels(registry, readCatalogue);
  const before = live.find('gpt-4o', anyone, request);
  assert.equal(live.find('gpt-4o', anyone, request), before);
  registry.load(b);
  assert.deepEqual(
    live.find('gpt-4o', anyone, request)?.candidates.map((candidate) => candidate.provider),
    ['b', 'a'],
  );
  assert.equal(before?.candidates.length, 1, 'a request that runs keeps what it found');
});

test('names that a client makes up do not push those that others ask for out of what is remembered', () => {
  const table = tableOf(a, model({ id: 'x-*', targets: [{ provider: 'a', model: '*' }] }));
  for (let index = 0; index < 12_000; index++) table.find(`x-${index}`, anyone, request);
  const found = table.find('gpt-4o', anyone, request);
  assert.ok(found !== undefined);
  assert.equal(table.find('gpt-4o', anyone, request), found);
});

test('whatever the wildcards, a candidate is at an active provider, and all that is listed has one', () => {
  const pick = <T>(from: readonly T[]): T => from[randomInt(from.length)] as T;
  const patterns = ['*', 'gpt-*', 'gpt-4o', 'x-*', '*-a', 'llama', 'a/*', 'house/*', 'qwen-*'];
  const some = <T>(make: (at: number) => T): T[] => Array.from({ length: randomInt(4) }, (_, at) => make(at));
  for (let round = 0; round < 500; round++) {
    const providers = [a, b, house].map(({ value }) => provider({ ...value, status: pick(['active', 'disabled']) }));
    const targets = () => some(() => ({ provider: pick(['a', 'b', 'house']), model: pick(['', ...patterns]) }));
    const resources = [
      ...providers,
      ...some(() => model({ id: pick(patterns), status: pick(['active', 'disabled']), targets: targets() })),
      ...some(() => alias(pick(patterns), ...some(() => pick(patterns)), pick(patterns))),
      ...some((at) =>
        route({ id: String(at), models: [pick(patterns)], tags: pick([[], ['eu']]), targets: targets() }),
      ),
    ];
    const table = tableOf(...resources);
    const active = new Set(providers.filter(({ value }) => value.status === 'active').map(({ value }) => value.id));
    for (const name of [...patterns, 'x-a', 'gpt-9', 'qwen-b', 'a/gpt-4o', ...table.list().map(({ id }) => id)]) {
      for (const caller of [anyone, { ...anyone, tags: ['eu'] }]) {
        const candidates = table.find(name, caller, request)?.candidates ?? [];
        assert.ok(candidates.every((candidate) => active.has(candidate.provider)));
      }
    }
    for (const { candidates, ownedBy } of table.list()) {
      assert.equal(candidates[0]?.provider, ownedBy);
      assert.ok(candidates.every(({ priceKey }) => /^(openai|house)\/./.test(priceKey)));
    }
  }
});
