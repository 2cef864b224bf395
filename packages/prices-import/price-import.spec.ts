import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { ImportPricesRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { ResourceSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { resourceToJson } from '#registry/changes.ts';
import { unwrap } from '#registry/kinds.ts';
import type { RegistryFold } from '#registry/registry.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import { importPrices } from './price-import.ts';
import { differencesFromCatalogue } from './prices-in-force.ts';

const nowMs = Date.parse('2026-11-28T12:00:00Z');

function golden(name: string): string {
  return readFileSync(new URL(`./golden/${name}`, import.meta.url), 'utf8');
}

/** Imports into a registry, and gives the answer and what was set, as it would stand in the log. */
async function run(registry: RegistryFold, fields: MessageInitShape<typeof ImportPricesRequestSchema>) {
  const set: unknown[] = [];
  const request = create(ImportPricesRequestSchema, fields);
  const answer = await importPrices(request, {
    registry,
    nowMs,
    async set(resource) {
      const found = unwrap(create(ResourceSchema, resource));
      assert.ok(found);
      set.push(resourceToJson(found).price);
      registry.load(found);
    },
  });
  return { answer, set };
}

test('the difference is shown and nothing is published before it is asked for; then the same file changes nothing', async () => {
  const registry = registryOf();
  const asked = { text: golden('litellm.txt'), form: 'litellm', catalogues: ['openai'] };
  const seen = await run(registry, asked);
  assert.deepEqual(seen.set, []);
  assert.equal(seen.answer.published, 0);
  const mini = seen.answer.differences?.filter((difference) => difference.priceId === 'openai/gpt-4o-mini');
  assert.deepEqual(mini, [
    {
      priceId: 'openai/gpt-4o-mini',
      unit: 'cached_input',
      beforeUsdPerMillion: '0.075',
      afterUsdPerMillion: '0.0751',
    },
    { priceId: 'openai/gpt-4o-mini', unit: 'search', beforeUsdPerMillion: '10000', afterUsdPerMillion: '25000' },
    {
      priceId: 'openai/gpt-4o-mini',
      unit: 'input in batch',
      beforeUsdPerMillion: '0.15',
      afterUsdPerMillion: '0.075',
    },
  ]);
  const published = await run(registry, { ...asked, publish: true });
  assert.equal(published.answer.published, published.set.length);
  assert.deepEqual(published.answer.differences, seen.answer.differences);
  const again = await run(registry, { ...asked, publish: true });
  assert.deepEqual([again.answer.published, again.answer.differences, again.set], [0, [], []]);
  const { published: changed = 0, unchanged = 0 } = published.answer;
  assert.equal(again.answer.unchanged, changed + unchanged);
});

test('a text that is no such file is refused', async () => {
  for (const [text, form] of [
    ['{', 'litellm'],
    ['[]', 'litellm'],
    ['{}', 'genai-prices'],
    ['prices', 'genai-prices'],
  ] as const) {
    await assert.rejects(run(registryOf(), { text, form }), { code: 'invalid_request' });
  }
});

test('prices of one’s own are held against the catalogue', () => {
  const prices = [
    { unit: 'input', usdPerMillion: '0.2' },
    { unit: 'output', usdPerMillion: '0.6' },
    { unit: 'cached_input', usdPerMillion: '0.075' },
  ];
  const registry = registryOf(policy.price({ id: 'openai/gpt-4o-mini', prices }));
  assert.deepEqual(
    differencesFromCatalogue(registry, nowMs).map(({ unit, beforeUsdPerMillion, afterUsdPerMillion }) => [
      unit,
      beforeUsdPerMillion,
      afterUsdPerMillion,
    ]),
    [
      ['input', '0.15', '0.2'],
      ['search', '10000', ''],
    ],
  );
});
