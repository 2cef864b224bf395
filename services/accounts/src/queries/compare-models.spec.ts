import assert from 'node:assert/strict';
import type { AnyResource } from '#registry/kinds.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import { compareModels } from './compare-models.ts';

const nowMs = Date.UTC(2026, 10, 28);

function compare(resources: readonly AnyResource[], ...models: string[]) {
  const registry = registryOf(...resources);
  const provider = registry.get('provider', 'p');
  assert.ok(provider);
  const router = { listUpstreamModels: async () => ({ models, problem: '' }) };
  return compareModels({ registry, router, nowMs }, provider);
}

const rowsOf = ({ differences = [] }: Awaited<ReturnType<typeof compare>>) =>
  differences.map(({ model, difference, advice }) => `${difference} ${model}: ${advice}`);

test('a provider with models of its own is told what is new, what is missing and what has no price', async () => {
  const compared = await compare(
    [policy.provider({ id: 'p', catalogue: 'openai', models: ['gpt-4o', 'house', 'gpt-4', 'typo'] })],
    'gpt-4o',
    'house',
    'gpt-4o-mini',
    'unheard-of',
  );
  assert.deepEqual([compared.same, compared.problem], [2, '']);
  assert.deepEqual(rowsOf(compared), [
    'unpriced house: It is refused: give openai/house a price.',
    "new gpt-4o-mini: To offer it, add it to the provider's models.",
    "new unheard-of: To offer it, add it to the provider's models, and give openai/unheard-of a price.",
    'missing gpt-4: It ended on 2026-10-23; the provider says to use gpt-5.6-sol.',
    "missing typo: Take it out of the provider's models, or correct its name.",
  ]);
});

test('a provider with the models of its catalogue lacks a model only where it lists none of its names', async () => {
  const compared = await compare(
    [policy.provider({ id: 'p', catalogue: 'openai' })],
    'gpt-4o-mini-2024-07-18',
    'gpt-4o-search-preview',
  );
  const rows = rowsOf(compared);
  assert.equal(compared.same, 1);
  assert.ok(!rows.some((row) => row.startsWith('missing gpt-4o-mini:')));
  assert.equal(rows.filter((row) => row.startsWith('missing gpt-3.5-turbo:')).length, 1, 'one row for all its names');
  assert.ok(
    rows.includes(
      'new gpt-4o-search-preview: To offer it, give openai/gpt-4o-search-preview a price (the catalogue has it, but it searches the web, which is charged by the call).',
    ),
    rows.find((row) => row.startsWith('new')),
  );
});

test('where a model leads to a name that is not there, the model is named', async () => {
  const compared = await compare(
    [
      policy.provider({ id: 'p', catalogue: 'openai', models: ['gpt-4o'] }),
      policy.model({ id: 'fast', targets: [{ provider: 'p', model: 'gone' }] }),
      policy.model({ id: 'any-*', targets: [{ provider: 'p', model: '*' }] }),
    ],
    'gpt-4o',
  );
  assert.deepEqual(rowsOf(compared), ['missing gone: The model fast leads to it: correct the target.']);
});

test('a list that cannot be read is a problem, and nothing is compared', async () => {
  const registry = registryOf(policy.provider({ id: 'p', models: ['m'] }));
  const provider = registry.get('provider', 'p');
  assert.ok(provider);
  const router = { listUpstreamModels: async () => ({ models: [], problem: 'HTTP 401.' }) };
  assert.deepEqual(await compareModels({ registry, router, nowMs }, provider), {
    differences: [],
    same: 0,
    problem: 'HTTP 401.',
  });
});
