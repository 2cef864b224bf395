import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { modelFacts } from '#catalogue/model-facts.ts';
import { ModelSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { test } from '#testkit/test.ts';
import { factsWith } from './facts-with.ts';

const known = modelFacts('openai', 'gpt-4o');

test('an operator’s word wins, field by field', () => {
  const model = create(ModelSchema, {
    contextTokens: 7,
    capabilities: ['tools'],
    deprecatedAt: '2026-01-02T00:00:00Z',
  });
  assert.deepEqual(factsWith(model, known), {
    ...known,
    contextTokens: 7,
    capabilities: ['tools'],
    deprecatedAtMs: Date.parse('2026-01-02T00:00:00Z'),
  });
});

test('where nobody says anything, nothing is known', () => {
  assert.equal(factsWith(undefined, known), known);
  assert.deepEqual(factsWith(create(ModelSchema, { successor: 'next' }), undefined), {
    contextTokens: 0,
    outputTokensMax: 0,
    inputModalities: [],
    outputModalities: [],
    capabilities: [],
    deprecatedAtMs: undefined,
    retiresAtMs: undefined,
    successor: 'next',
  });
});
