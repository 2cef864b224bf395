import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { catalogueModels } from './catalogue-models.ts';

const anthropic = catalogueModels('anthropic', Date.UTC(2026, 10, 1));

function modelOf(name: string): string | undefined {
  return anthropic.find((model) => model.names.includes(name) || model.isSnapshot(name))?.id;
}

test('the dated names of the real API mean the model they are a snapshot of', () => {
  assert.equal(modelOf('claude-sonnet-4-5-20250929'), 'claude-sonnet-4-5');
  assert.equal(modelOf('claude-haiku-4-5-20251001'), 'claude-haiku-4-5');
  assert.equal(modelOf('claude-3-haiku-20240307'), 'claude-3-haiku');
  assert.equal(modelOf('claude-sonnet-4-20250514'), 'claude-sonnet-4-0');
});

test('a name that merely begins like a model is not that model', () => {
  for (const name of ['claude-sonnet-4-5-turbo', 'claude-sonnet-4-5-turbo-20250929', 'claude-haiku-4-5x', 'claude']) {
    assert.equal(modelOf(name), undefined, name);
  }
});
