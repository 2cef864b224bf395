import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { decodeChat } from '../formats/openai-chat/decode.ts';
import { encodeChat } from '../formats/openai-chat/encode.ts';
import { type ProviderOverrides, rowOf, spokenBy } from './spoken-by.ts';

const nothing: ProviderOverrides = {
  id: 'p',
  kind: 'openai',
  preset: '',
  baseUrl: 'https://api.example.com/v1/',
  formats: [],
  maxTokensParam: '',
  refusesStreamOptions: false,
  renamedFields: {},
  refusedFields: [],
  cacheInInput: '',
  reasoningInOutput: '',
};

test('the row that a provider names is its own, then that of its id and kind, then that of its kind', () => {
  assert.equal(rowOf({ id: 'p', kind: 'openai', preset: 'deepseek' }).id, 'deepseek');
  assert.equal(rowOf({ id: 'mistral', kind: 'openai', preset: '' }).id, 'mistral');
  assert.equal(rowOf({ id: 'mistral', kind: 'anthropic', preset: '' }).id, 'anthropic-compatible');
  assert.equal(rowOf({ id: 'p', kind: 'openai', preset: '' }).id, 'openai-compatible');
  assert.equal(rowOf({ id: 'openai', kind: 'openai', preset: 'gone' }).id, 'openai');
});

test('a server that nobody knows is taken for one that speaks the formats of its kind', () => {
  const openai = spokenBy(nothing);
  assert.deepEqual(openai.formats, ['openai-chat', 'openai-completions', 'openai-embeddings']);
  assert.equal(openai.rules.maxTokensField, 'max_completion_tokens');
  assert.equal(openai.basePathOf('openai-chat'), '/v1');
  const anthropic = spokenBy({ ...nothing, kind: 'anthropic' });
  assert.deepEqual([anthropic.formats, anthropic.auth], [['anthropic-messages'], 'x-api-key']);
});

test('what policy says of a provider wins over its row, and is added to its lists', () => {
  const { formats, rules } = spokenBy({
    ...nothing,
    preset: 'mistral',
    formats: ['openai-responses'],
    maxTokensParam: 'max_completion_tokens',
    renamedFields: { top_p: 'p' },
    refusedFields: ['stop'],
    cacheInInput: 'no',
    reasoningInOutput: 'yes',
  });
  assert.deepEqual(formats, ['openai-responses']);
  assert.equal(rules.maxTokensField, 'max_completion_tokens');
  assert.deepEqual(rules.renamed, { seed: 'random_seed', top_p: 'p' });
  assert.ok(rules.refused.includes('stop') && rules.refused.includes('logit_bias'));
  assert.deepEqual(rules.usage, { isCacheInInput: false, isReasoningInOutput: true });
});

test('cache is beside the input in Messages, whoever speaks them, unless policy says otherwise', () => {
  const deepseek = { ...nothing, preset: 'deepseek' };
  const cacheIn = (format: 'openai-chat' | 'anthropic-messages', said: ProviderOverrides) =>
    spokenBy(said).rulesIn(format, 'm').usage.isCacheInInput;
  assert.deepEqual([cacheIn('openai-chat', deepseek), cacheIn('anthropic-messages', deepseek)], [true, false]);
  assert.equal(cacheIn('anthropic-messages', { ...deepseek, cacheInInput: 'yes' }), true);
});

test('stream options are refused where row or policy say so', () => {
  assert.equal(spokenBy(nothing).rules.takesStreamOptions, true);
  assert.equal(spokenBy({ ...nothing, refusesStreamOptions: true }).rules.takesStreamOptions, false);
  assert.equal(spokenBy({ ...nothing, preset: 'mistral' }).rules.takesStreamOptions, false);
});

test("the other paths of a provider hold at the provider's own host alone", () => {
  const own = spokenBy({ ...nothing, preset: 'deepseek', baseUrl: 'https://api.deepseek.com/v1' });
  assert.deepEqual([own.basePathOf('openai-chat'), own.basePathOf('anthropic-messages')], ['/v1', '/anthropic']);
  const behind = spokenBy({ ...nothing, preset: 'deepseek', baseUrl: 'http://10.0.0.1/proxy' });
  assert.equal(behind.basePathOf('anthropic-messages'), '/proxy');
});

test('a model stands in the path where its provider wants it there, and the query of an address is kept', () => {
  const plain = spokenBy(nothing);
  assert.deepEqual([plain.modelPathOf('openai-chat', 'm'), plain.query], ['/v1', '']);
  const azure = { ...nothing, preset: 'azure-deployments', baseUrl: 'https://r.openai.azure.com/openai/' };
  const row = spokenBy(azure);
  assert.deepEqual([row.basePathOf('openai-chat'), row.query], ['/openai', 'api-version=2024-10-21']);
  assert.equal(row.modelPathOf('openai-chat', 'my $& model'), '/openai/deployments/my%20%24%26%20model');
  assert.equal(spokenBy({ ...azure, baseUrl: `${azure.baseUrl}?api-version=x&y=z` }).query, 'api-version=x&y=z');
});

describe('a translated request', () => {
  const request = decodeChat({
    model: 'm',
    messages: [
      { role: 'developer', content: 's' },
      { role: 'assistant', content: 'a', reasoning_content: 'hm' },
    ],
  });
  const sent = (preset: string) => {
    const { rules } = spokenBy({ ...nothing, preset });
    const target = { model: 'm', stream: false, outputTokensMax: 500, rules, dropsUnplaced: false };
    return JSON.parse(encodeChat(request, target).body).messages;
  };

  test('has earlier thoughts in the field by which the provider takes them back, and else none', () => {
    for (const id of ['deepseek', 'moonshot', 'qwen', 'zai', 'zhipu', 'ark', 'minimax', 'siliconflow']) {
      assert.deepEqual(sent(id)[1], { role: 'assistant', content: 'a', reasoning_content: 'hm' }, id);
    }
    for (const id of ['cerebras', 'groq', 'openrouter', 'vllm', 'ollama']) {
      assert.deepEqual(sent(id)[1], { role: 'assistant', content: 'a', reasoning: 'hm' }, id);
    }
    for (const id of ['openai', 'azure', 'mistral', 'nebius']) {
      assert.deepEqual(sent(id)[1], { role: 'assistant', content: 'a' }, id);
    }
  });

  test('has what is new in its format at OpenAI and Azure alone', () => {
    for (const id of ['openai', 'azure']) assert.equal(sent(id)[0].role, 'developer', id);
    for (const id of ['deepseek', 'groq', '']) assert.equal(sent(id)[0].role, 'system', id);
  });
});
