import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { believedCounts } from './believed-counts.ts';

const text = { input: 1, output: 1 };

describe('units that are counted one by one', () => {
  test('are believed up to what was admitted, and tokens are none of them', () => {
    const usage = { ...text, search: 5 };
    assert.deepEqual(believedCounts(usage, { search: 5 }, '{}'), { usage, flags: [] });
    assert.deepEqual(believedCounts({ ...text, search: 1_000_000 }, { search: 5 }, '{}'), {
      usage,
      flags: ['clamped:search'],
    });
    assert.deepEqual(believedCounts({ input: 1_000_000 }, {}, '{}').flags, []);
  });

  test('are believed up to a few where nobody asked for them', () => {
    assert.deepEqual(believedCounts({ ...text, search: 3 }, {}, '{}').flags, []);
    assert.deepEqual(believedCounts({ ...text, search: 1_000_000 }, {}, '{}'), {
      usage: { ...text, search: 10 },
      flags: ['clamped:search'],
    });
  });

  test('count one search where some were asked for and the provider tells none', () => {
    assert.deepEqual(believedCounts(text, { search: 5 }, '{"prompt_tokens":1}'), {
      usage: { ...text, search: 1 },
      flags: ['estimated:search'],
    });
    assert.deepEqual(believedCounts(text, { search: 5 }, '{"num_search_queries":0}').flags, []);
    assert.deepEqual(believedCounts(text, {}, '{}').flags, []);
  });
});
