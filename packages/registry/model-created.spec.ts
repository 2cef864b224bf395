import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { modelCreatedAtS } from './model-created.ts';

const dayOf = (name: string): string => new Date(modelCreatedAtS(name) * 1_000).toISOString().slice(0, 10);

test('a model was created on the day in its name, however the provider writes it', () => {
  assert.equal(dayOf('gpt-4o-2024-08-06'), '2024-08-06');
  assert.equal(dayOf('claude-sonnet-4-5-20250929'), '2025-09-29');
  assert.equal(dayOf('claude-sonnet-4-5@20250929'), '2025-09-29');
});

test('a model without a day in its name has the same one always', () => {
  for (const name of ['gpt-4o', 'gpt-4-0613', 'x-20259999', '']) assert.equal(dayOf(name), '2024-01-01', name);
});
