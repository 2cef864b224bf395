import assert from 'node:assert/strict';
import { policy, registryOf } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import { listModels, supportOf } from './model-support.ts';

const anyone = { userId: 'u', keyId: '', teamId: '', tags: [] };
const readCatalogue = () => [];
const house = policy.provider({ id: 'house', models: ['qwen', 'llama'] });
const off = policy.provider({ id: 'off', models: ['mistral'], status: 'disabled' });
const registry = registryOf(
  house,
  off,
  policy.alias('fast', 'llama', 'qwen'),
  policy.model({ id: 'qwen', status: 'disabled' }),
);

test('models are listed by name, with their providers and prices', () => {
  assert.deepEqual(listModels(registry, readCatalogue), [
    { id: 'fast', providers: ['house'], priceKeys: ['house/llama'], contextTokens: 0, end: '' },
    { id: 'llama', providers: ['house'], priceKeys: ['house/llama'], contextTokens: 0, end: '' },
  ]);
});

test('a name is explained: where it goes, what says so, and what to do where it goes nowhere', () => {
  assert.deepEqual(supportOf('fast', anyone, registry, readCatalogue), {
    name: 'fast',
    isSupported: true,
    candidates: ['house: llama, priced by house/llama'],
    notes: ['the alias fast stands for llama, qwen', 'the provider off is disabled'],
  });
  const disabled = supportOf('qwen', anyone, registry, readCatalogue);
  assert.equal(disabled.isSupported, false);
  assert.equal(disabled.notes[0], 'the model qwen is disabled');
  assert.match(supportOf('mistral', anyone, registry, readCatalogue).notes.at(-1) ?? '', /no active provider has it/);
});

test('an operator sees what a model can do, when it ends, and what to use instead', () => {
  const withEnd = registryOf(
    policy.provider({ id: 'p', catalogue: 'openai', models: ['gpt-4o'] }),
    policy.model({ id: 'gpt-4o', retiresAt: '2027-02-03T00:00:00Z' }),
    policy.model({ id: 'gone', status: 'disabled', successor: 'gpt-4o' }),
  );
  const [listed] = listModels(withEnd, readCatalogue);
  assert.equal(listed?.contextTokens, 128_000);
  assert.match(listed?.end ?? '', /^ends on 2027-02-03; use .+ instead$/);
  const { notes } = supportOf('gpt-4o', anyone, withEnd, readCatalogue);
  assert.deepEqual(notes.slice(1, 4), [
    'it takes 128000 tokens and answers with 16384 at most',
    'it takes text, image, file and gives text',
    'it can do tools, structured_output',
  ]);
  assert.equal(supportOf('gone', anyone, withEnd, readCatalogue).notes.at(-1), 'it has a successor: gpt-4o');
});

test('a name is explained by the routes that may apply, and by what stands in for it', () => {
  const routed = registryOf(
    house,
    policy.model({ id: 'llama', fallbacks: ['qwen'], contextWindowFallbacks: ['qwen'] }),
    policy.route({ id: 'a', order: 1, models: ['llama'], teams: ['t'] }),
    policy.route({ id: 'b', order: 2, models: ['gpt-*'] }),
    policy.route({ id: 'c', order: 3, models: ['*'] }),
  );
  assert.partialDeepStrictEqual(supportOf('llama', anyone, routed, readCatalogue), {
    candidates: [
      'house: llama, priced by house/llama',
      'house: qwen, priced by house/qwen, where the prompt is too long',
      'house: qwen, priced by house/qwen, where the others have failed',
    ],
    notes: ['the model llama is active', 'the route a does not apply by its teams', 'the route c applies'],
  });
});
