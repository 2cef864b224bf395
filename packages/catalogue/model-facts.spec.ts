import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { catalogueModels } from './catalogue-models.ts';
import { factsTakenAtMs, writtenFacts } from './facts-data.ts';
import { modelFacts } from './model-facts.ts';

test('a model has its context, what it takes and gives, what it can, and its end', () => {
  const facts = modelFacts('anthropic', 'claude-sonnet-4-5');
  assert.deepEqual(facts, {
    contextTokens: 200_000,
    outputTokensMax: 64_000,
    inputModalities: ['text', 'image', 'file'],
    outputModalities: ['text'],
    capabilities: ['tools', 'structured_output', 'reasoning', 'web_search'],
    deprecatedAtMs: factsTakenAtMs(),
    retiresAtMs: Date.parse('2026-11-30'),
    successor: 'claude-sonnet-5-5',
  });
  assert.equal(modelFacts('anthropic', 'claude-sonnet-4-5'), facts, 'the second look is the first one’s answer');
});

test('a model that ends within a year is deprecated, since the day of the source or its end; one that ends later is not', () => {
  const gone = modelFacts('openai', 'gpt-4');
  assert.equal(gone?.deprecatedAtMs, gone?.retiresAtMs);
  const later = modelFacts('google', 'gemini-embedding-001');
  assert.ok(later?.retiresAtMs !== undefined && later.retiresAtMs > factsTakenAtMs());
  assert.equal(later.deprecatedAtMs, undefined);
});

test('a listed snapshot has its own end, another one has none', () => {
  const listed = modelFacts('openai', 'gpt-4o-2024-05-13');
  assert.notEqual(listed?.retiresAtMs, undefined);
  assert.notEqual(listed?.retiresAtMs, modelFacts('openai', 'gpt-4o')?.retiresAtMs);
  const unlisted = modelFacts('openai', 'gpt-4o-2031-01-01');
  assert.deepEqual(unlisted?.capabilities, modelFacts('openai', 'gpt-4o')?.capabilities);
  assert.deepEqual([unlisted?.retiresAtMs, unlisted?.successor], [undefined, undefined]);
});

test('a model at a portal has what its maker says, and no end', () => {
  for (const name of [
    'anthropic/claude-sonnet-4-5',
    'anthropic/claude-sonnet-4.5',
    'Anthropic/claude-sonnet-4-5:free',
  ]) {
    const facts = modelFacts('openrouter', name);
    assert.deepEqual(facts?.inputModalities, ['text', 'image', 'file'], name);
    assert.equal(facts?.retiresAtMs, undefined, name);
  }
});

test('a model of vectors gives vectors, and its capabilities are not known', () => {
  const facts = modelFacts('openai', 'text-embedding-3-small');
  assert.deepEqual(facts?.outputModalities, ['embedding']);
  assert.deepEqual([facts?.outputTokensMax, facts?.capabilities], [0, []]);
});

test('what the facts do not have comes from the price catalogue, and nothing is invented', () => {
  const priced = catalogueModels('openrouter', Date.UTC(2026, 10, 1)).find(({ id }) => id === 'aion-labs/aion-2.0');
  assert.equal(modelFacts('openrouter', 'aion-labs/aion-2.0')?.contextTokens, priced?.contextTokens);
  assert.deepEqual(modelFacts('openrouter', 'aion-labs/aion-2.0')?.capabilities, []);
  for (const [catalogue, name] of [
    ['openai', 'house'],
    ['house', 'gpt-4o'],
    ['constructor', 'toString'],
    ['openai', '__proto__'],
    ['openrouter', 'constructor/x'],
  ] as const) {
    assert.equal(modelFacts(catalogue, name), undefined, `${catalogue} ${name}`);
  }
});

test('every model of the file can be read', () => {
  const catalogues = [
    'openai',
    'anthropic',
    'google',
    'mistral',
    'deepseek',
    'x-ai',
    'fireworks',
    'together',
    'qwen',
    'zai',
  ];
  for (const catalogue of catalogues) {
    assert.ok(writtenFacts(catalogue).size > 5, catalogue);
    for (const name of writtenFacts(catalogue).keys()) {
      const facts = modelFacts(catalogue, name);
      assert.ok(facts !== undefined && Number.isSafeInteger(facts.contextTokens) && facts.contextTokens >= 0, name);
      assert.ok(facts.retiresAtMs === undefined || Number.isSafeInteger(facts.retiresAtMs), name);
    }
  }
});
