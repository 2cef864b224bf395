import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { type FieldRules, rulesFor, toldInstead, untakenFields } from './field-rules.ts';
import { NoPlace } from './format.ts';
import { decodeChat } from './formats/openai-chat/decode.ts';
import { encodeChat } from './formats/openai-chat/encode.ts';
import { patchChat } from './formats/openai-chat/patch.ts';
import { testTarget } from './formats/openai-chat/testing.ts';
import { providerRow } from './providers/spoken-by.ts';

const rules: FieldRules = {
  refused: ['seed'],
  taken: { temperature: { min: 0, max: 1 }, n: { only: [1] }, 'response_format.type': { only: ['text'] } },
  values: { reasoning_effort: { none: { thinking: { type: 'disabled' } }, xhigh: 'max' } },
  ofModels: [{ models: /^thinks/, refused: ['stop'], taken: { temperature: { only: [1] } } }],
};

const messages = [{ role: 'user', content: 'a' }];

/** The rules of a provider for a model, and a request as it is sent there: raw, and translated. */
function sent(id: string, model: string, said: object, dropsUnplaced = false) {
  const row = providerRow(id);
  assert.ok(row);
  const target = testTarget({ model, dropsUnplaced, rules: rulesFor(row, model, 'openai-chat') });
  const body = { model, messages, ...said };
  return {
    raw: () => JSON.parse(patchChat(Buffer.from(JSON.stringify(body)), body, target).toString()),
    translated: () => JSON.parse(encodeChat(decodeChat(body), target).body),
  };
}

test('a value that is not taken is named with what is, and one that is null or taken is not', () => {
  assert.deepEqual(untakenFields(rules, { temperature: 1, n: 1, seed: null, response_format: { type: 'text' } }), []);
  assert.deepEqual(untakenFields(rules, { temperature: 1.5, n: 2, seed: 7, response_format: { type: 'json' } }), [
    { field: 'seed', why: 'the provider does not take it' },
    { field: 'temperature', why: 'the provider takes 0 to 1' },
    { field: 'n', why: 'the provider takes 1 only' },
    { field: 'response_format', why: 'the provider takes "text" only' },
  ]);
});

test('a value is told by the name that the provider has for it, others as they are', () => {
  assert.deepEqual([...toldInstead(rules, { reasoning_effort: 'xhigh' })], [['reasoning_effort', 'max']]);
  for (const effort of ['high', 'toString', 7, null]) {
    assert.equal(toldInstead(rules, { reasoning_effort: effort }).size, 0);
  }
});

test('what holds for some models is added for them, and for no other format', () => {
  const thinking = rulesFor(rules, 'Thinks-2', 'openai-chat');
  assert.deepEqual([thinking.refused, thinking.taken?.['temperature']], [['seed', 'stop'], { only: [1] }]);
  assert.equal(rulesFor(rules, 'other', 'openai-chat'), rules);
  assert.deepEqual(untakenFields(rulesFor(rules, 'thinks', 'anthropic-messages'), { temperature: 9, stop: 'a' }), []);
});

describe('a request to a provider', () => {
  test('has its own names of efforts, raw and translated', () => {
    const cases: readonly (readonly [string, string, object, string, unknown])[] = [
      ['deepseek', 'deepseek-chat', { reasoning_effort: 'xhigh' }, 'reasoning_effort', 'max'],
      ['deepseek', 'deepseek-chat', { reasoning_effort: 'none' }, 'thinking', { type: 'disabled' }],
      ['fireworks', 'm', { reasoning_effort: 'minimal' }, 'reasoning_effort', 'low'],
      ['openrouter', 'm', { reasoning_effort: 'max' }, 'reasoning_effort', 'xhigh'],
      ['zhipu', 'glm-5', { reasoning_effort: 'low' }, 'thinking', { type: 'enabled' }],
      ['qwen', 'qwen3-max', { reasoning_effort: 'none' }, 'enable_thinking', false],
      ['moonshot', 'kimi-k2.6', { reasoning_effort: 'none' }, 'thinking', { type: 'disabled' }],
      ['openai', 'gpt-5.2', { reasoning_effort: 'xhigh' }, 'reasoning_effort', 'xhigh'],
    ];
    for (const [id, model, said, field, told] of cases) {
      const { raw, translated } = sent(id, model, said);
      for (const body of [raw(), translated()]) {
        assert.deepEqual(body[field], told, id);
        assert.equal(Object.hasOwn(body, 'reasoning_effort'), field === 'reasoning_effort', id);
      }
    }
  });

  test("has the client's own field of the provider where it has one", () => {
    const said = { reasoning_effort: 'none', thinking: { type: 'enabled' } };
    assert.deepEqual(sent('zai', 'glm-5', said).raw().thinking, { type: 'enabled' });
  });

  test('is refused by the name of the field whose value is not taken, or goes without it where the client allows that', () => {
    const cases: readonly (readonly [string, string, object, string])[] = [
      ['moonshot', 'moonshot-v1-8k', { temperature: 1.2 }, 'temperature'],
      ['moonshot', 'kimi-k2.6', { temperature: 0.3 }, 'temperature'],
      ['zhipu', 'glm-5', { top_p: 0 }, 'top_p'],
      ['zai', 'glm-5', { tool_choice: 'required' }, 'tool_choice'],
      ['mistral', 'mistral-large', { temperature: 2 }, 'temperature'],
      ['xai', 'grok-4-fast-reasoning', { stop: 'a' }, 'stop'],
      ['perplexity', 'sonar', { seed: 1 }, 'seed'],
      ['openai', 'o3-mini', { top_p: 0.5 }, 'top_p'],
      [
        'deepseek',
        'deepseek-chat',
        { response_format: { type: 'json_schema', json_schema: { name: 'a' } } },
        'response_format',
      ],
    ];
    for (const [id, model, said, field] of cases) {
      const at = `${id} ${field}`;
      assert.throws(sent(id, model, said).raw, (thrown) => thrown instanceof NoPlace && thrown.what === field, at);
      assert.throws(sent(id, model, said).translated, NoPlace, at);
      const { raw, translated } = sent(id, model, said, true);
      for (const body of [raw(), translated()]) assert.equal(Object.hasOwn(body, field), false, at);
    }
  });

  test('passes where the rule is about another model', () => {
    assert.equal(sent('xai', 'grok-4-fast-non-reasoning', { stop: 'a' }).raw().stop, 'a');
    assert.equal(sent('openai', 'gpt-5.2', { temperature: 0.5 }).raw().temperature, 0.5);
    assert.equal(sent('moonshot', 'kimi-latest', { temperature: 0.3 }).translated().temperature, 0.3);
    assert.equal(sent('groq', 'm', { n: 1 }).raw().n, 1);
  });
});
