import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readModelFacts, type SourceRow } from './read-model-facts.ts';

const read = (source: Record<string, SourceRow>) =>
  Object.fromEntries(Array.from(readModelFacts(source), ([id, models]) => [id, Object.fromEntries(models)]));

test('a row is what its flags say, by the provider’s own name', () => {
  const row: SourceRow = {
    litellm_provider: 'gemini',
    mode: 'chat',
    max_input_tokens: 1_000,
    max_output_tokens: 100,
    deprecation_date: '2026-12-01',
    successor_model: 'gemini/new',
    supported_modalities: ['text', 'image', 'audio'],
    supports_function_calling: true,
    supports_response_schema: false,
    supports_pdf_input: false,
  };
  assert.deepEqual(read({ 'gemini/old': row }), {
    google: {
      old: {
        context: 1_000,
        output: 100,
        takes: 'text image audio',
        gives: 'text',
        can: 'tools',
        retires: '2026-12-01',
        successor: 'new',
      },
    },
  });
});

test('what a row leaves open is not denied', () => {
  const sees = { mode: 'chat', supports_function_calling: true, supports_vision: true };
  const { openai, together } = read({
    a: { ...sees, litellm_provider: 'openai' },
    'together_ai/b': { ...sees, litellm_provider: 'together_ai', max_input_tokens: 5 },
  });
  assert.deepEqual(openai?.['a'], { takes: 'text image file', gives: 'text', can: 'tools structured_output' });
  assert.deepEqual(together?.['b'], { context: 5 }, 'the rows of hosts have gaps: no list of theirs is whole');
});

test('a model and its snapshot can do the same', () => {
  const row = { litellm_provider: 'anthropic', mode: 'chat', supports_reasoning: true };
  const { anthropic } = read({ m: row, 'm-20250929': { ...row, supports_web_search: true } });
  assert.equal(anthropic?.['m']?.can, 'reasoning web_search');
});

test('what is no model of ours, and what says nothing, is left out', () => {
  const base = { litellm_provider: 'openai', max_input_tokens: 1 };
  assert.deepEqual(
    read({
      picture: { ...base, mode: 'image_generation' },
      'ft:gpt-4o': { ...base, mode: 'chat' },
      'azure/eu/gpt-4o': { ...base, litellm_provider: 'azure', mode: 'chat' },
      other: { litellm_provider: 'nobody', mode: 'chat', max_input_tokens: 1 },
      silent: { litellm_provider: 'together_ai', mode: 'chat' },
      dated: { litellm_provider: 'together_ai', mode: 'chat', deprecation_date: 'soon', max_input_tokens: '1e400' },
    }),
    {},
  );
});
