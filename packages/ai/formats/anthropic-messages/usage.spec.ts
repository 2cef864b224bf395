import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { answerTokensOf, promptTokensOf } from '../../usage.ts';
import type { UsageRules } from '../../usage-rules.ts';
import { mergeUsage } from './merge-usage.ts';
import { anthropicRules } from './testing.ts';
import { readMessagesUsage } from './usage.ts';

const read = (usage: unknown, rules: Partial<UsageRules> = {}) =>
  readMessagesUsage(usage, { ...anthropicRules.usage, ...rules });

test('the cache is beside the input, its writes by how long they are kept, thinking within the output', () => {
  const usage = {
    input_tokens: 100,
    cache_read_input_tokens: 200,
    cache_creation_input_tokens: 70,
    cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 40 },
    output_tokens: 50,
    output_tokens_details: { thinking_tokens: 20 },
    server_tool_use: { web_search_requests: 3, web_fetch_requests: 1 },
    service_tier: 'priority',
  };
  assert.deepEqual(read(usage), {
    usage: { input: 100, cached_input: 200, cache_write: 30, cache_write_1h: 40, output: 30, reasoning: 20, search: 3 },
    flags: [],
    serviceTier: 'priority',
    reported: JSON.stringify(usage),
  });
});

test('a report that says nothing of prompt or answer is none', () => {
  for (const usage of [
    null,
    undefined,
    7,
    [],
    {},
    { service_tier: 'standard' },
    { input_tokens: null },
    { input_tokens: 0, output_tokens: 0 },
  ]) {
    assert.equal(read(usage), null);
  }
});

test('an odd detail is clamped or left out and flagged, and the rest counts', () => {
  const odd = {
    input_tokens: 100,
    cache_read_input_tokens: -5,
    cache_creation_input_tokens: 10,
    cache_creation: { ephemeral_1h_input_tokens: 40 },
    output_tokens: 50,
    output_tokens_details: { thinking_tokens: 90 },
    server_tool_use: { web_search_requests: 1.5 },
  };
  const report = read(odd);
  assert.deepEqual(report?.usage, { input: 100, cache_write_1h: 10, reasoning: 50 });
  assert.deepEqual(report?.flags, [
    'ignored:cache_read_input_tokens',
    'clamped:ephemeral_1h_input_tokens',
    'clamped:thinking_tokens',
    'ignored:web_search_requests',
  ]);
});

test('parts of cache writes beside a sum of nothing count', () => {
  const usage = {
    input_tokens: 1,
    output_tokens: 1,
    cache_creation_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 9 },
  };
  assert.equal(read(usage)?.usage.cache_write, 9);
});

test('a provider that counts the cache within the input is believed where its rules say so, and not where they leave it open', () => {
  const usage = { input_tokens: 100, cache_read_input_tokens: 80, output_tokens: 1 };
  assert.deepEqual(read(usage, { isCacheInInput: true })?.usage, { input: 20, cached_input: 80, output: 1 });
  assert.deepEqual(read(usage, { isCacheInInput: 'compare' })?.usage, { input: 100, cached_input: 80, output: 1 });
  const more = { ...usage, input_tokens: 50 };
  assert.deepEqual(read(more, { isCacheInInput: true })?.flags, ['clamped:cache_read_input_tokens']);
});

test('fast answers are of a tier of their own, and the usual tier has no name', () => {
  const tier = (fields: object) => read({ input_tokens: 1, output_tokens: 1, ...fields })?.serviceTier;
  assert.equal(tier({ speed: 'fast', service_tier: 'standard' }), 'fast');
  assert.equal(tier({ speed: 'standard', service_tier: 'standard' }), '');
  assert.equal(tier({ service_tier: 'batch' }), 'batch');
  assert.equal(tier({ service_tier: 'x'.repeat(1_000) }), '');
});

test('work of other models within an answer is flagged', () => {
  const usage = { input_tokens: 1, output_tokens: 1, iterations: [{ type: 'message' }, { type: 'compaction' }] };
  assert.deepEqual(read(usage)?.flags, ['ignored:iterations']);
});

test('a long report is not kept', () => {
  assert.equal(read({ input_tokens: 1, output_tokens: 1, x: 'y'.repeat(5_000) })?.reported, '');
});

test('quantities are whole, disjoint and never more than was reported', () => {
  const count = fc.oneof(fc.nat(), fc.constantFrom(null, -1, 0.5, Number.NaN, '7', 2 ** 60));
  const usage = fc.record({
    input_tokens: count,
    cache_read_input_tokens: count,
    cache_creation_input_tokens: count,
    cache_creation: fc.record({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }),
    output_tokens: count,
    output_tokens_details: fc.record({ thinking_tokens: count }),
  });
  const rules = fc.constantFrom(true, false, 'compare' as const);
  fc.assert(
    fc.property(usage, rules, (reported, isCacheInInput) => {
      const report = read(reported, { isCacheInInput });
      if (report === null) return;
      for (const quantity of Object.values(report.usage)) assert.ok(Number.isSafeInteger(quantity) && quantity > 0);
      const output = Number.isSafeInteger(reported.output_tokens) ? Number(reported.output_tokens) : 0;
      assert.ok(answerTokensOf(report.usage) <= Math.max(0, output));
      assert.ok(Number.isFinite(promptTokensOf(report.usage)));
    }),
  );
});

test('reports of a stream are merged by the last count, and no more than a report has is kept', () => {
  const first = mergeUsage(null, { input_tokens: 5, output_tokens: 1, server_tool_use: { web_search_requests: 1 } });
  const second = mergeUsage(first, {
    input_tokens: null,
    output_tokens: 9,
    server_tool_use: { web_search_requests: 2 },
  });
  assert.deepEqual(second, { input_tokens: 5, output_tokens: 9, server_tool_use: { web_search_requests: 2 } });
  assert.equal(mergeUsage(second, 'odd'), second);
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`f${at}`, at]));
  assert.equal(Object.keys(mergeUsage(second, many) ?? {}).length, 64);
});
