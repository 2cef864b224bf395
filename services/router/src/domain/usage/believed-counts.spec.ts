import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { believedCounts } from './believed-counts.ts';

const text = { input: 1, output: 1 };

describe('units that are counted one by one', () => {
  test('are believed up to what was admitted, and tokens are none of them', () => {
    const usage = { ...text, search: 5 };
    assert.deepEqual(believedCounts(usage, { search: 5 }, '{}', 'openai-chat'), { usage, flags: [] });
    assert.deepEqual(believedCounts({ ...text, search: 1_000_000 }, { search: 5 }, '{}', 'openai-chat'), {
      usage,
      flags: ['clamped:search'],
    });
    assert.deepEqual(believedCounts({ input: 1_000_000 }, {}, '{}', 'openai-chat').flags, []);
  });

  test('are believed up to a few where nobody asked for them', () => {
    assert.deepEqual(believedCounts({ ...text, search: 3 }, {}, '{}', 'openai-chat').flags, []);
    assert.deepEqual(believedCounts({ ...text, search: 1_000_000 }, {}, '{}', 'openai-chat'), {
      usage: { ...text, search: 10 },
      flags: ['clamped:search'],
    });
  });

  test('count one search where some were asked for and the provider tells none', () => {
    assert.deepEqual(believedCounts(text, { search: 5 }, '{"prompt_tokens":1}', 'openai-chat'), {
      usage: { ...text, search: 1 },
      flags: ['estimated:search'],
    });
    assert.deepEqual(believedCounts(text, { search: 5 }, '{"num_search_queries":0}', 'openai-chat').flags, []);
    assert.deepEqual(believedCounts(text, {}, '{}', 'openai-chat').flags, []);
  });

  test('count no search in a format whose model may choose not to search', () => {
    const unused = '{"input_tokens":1,"output_tokens":1,"server_tool_use":null}';
    for (const spoken of ['openai-responses', 'anthropic-messages'] as const) {
      assert.deepEqual(believedCounts(text, { search: 5 }, unused, spoken), { usage: text, flags: [] });
    }
  });
});
