import assert from 'node:assert/strict';
import { modelFacts } from '#catalogue/model-facts.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import { liveFacts } from './live-facts.ts';

const gpt4o = { provider: 'p', model: 'gpt-4o', priceKey: 'openai/gpt-4o' };

test('a model has what the catalogue of its provider says, by its own name there or by that of its price', () => {
  const { factsOf } = liveFacts(registryOf(policy.provider({ id: 'p', catalogue: 'openai' })));
  assert.equal(factsOf('gpt-4o', gpt4o), modelFacts('openai', 'gpt-4o'));
  assert.equal(factsOf('mine', { ...gpt4o, model: 'deployment-7' }), modelFacts('openai', 'gpt-4o'));
  assert.equal(factsOf('x', { ...gpt4o, provider: 'gone' }).contextTokens, 0);
  assert.equal(factsOf('x', undefined).contextTokens, 0);
});

test('what a Model says wins, under its name and under an alias of it, as soon as it says so', () => {
  const registry = registryOf(policy.provider({ id: 'p', catalogue: 'openai' }), policy.alias('fast', 'mine', 'other'));
  const { factsOf } = liveFacts(registry);
  assert.notEqual(factsOf('fast', gpt4o).contextTokens, 5);
  registry.load(policy.model({ id: 'mine', contextTokens: 5 }));
  assert.equal(factsOf('mine', gpt4o).contextTokens, 5);
  assert.equal(factsOf('fast', gpt4o).contextTokens, 5);
});

test('a name that cannot be asked for has the successor that policy or a catalogue knows', () => {
  const registry = registryOf(
    policy.provider({ id: 'p', catalogue: 'openai' }),
    policy.model({ id: 'old', status: 'disabled', successor: 'new' }),
  );
  const { successorOf } = liveFacts(registry);
  assert.equal(successorOf('old'), 'new');
  assert.equal(successorOf('gpt-4'), modelFacts('openai', 'gpt-4')?.successor);
  assert.equal(successorOf('claude-sonnet-4-5'), undefined, 'no provider of that catalogue');
});
