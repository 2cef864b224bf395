import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { sumOf } from '../../usage.ts';
import { rules } from './testing.ts';
import { readResponseUsage, readTier, readUsage } from './usage.ts';
import { writeUsage } from './write-usage.ts';

const usage = (fields: object, own = rules.usage) => readUsage(fields, own);

test('parts are inside their wholes', () => {
  const report = usage({
    input_tokens: 100,
    input_tokens_details: {
      cached_tokens: 60,
      cache_write_tokens: 30,
      cache_write_tokens_details: { ttl_30m_tokens: 20, ttl_12h_tokens: 10 },
    },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 20 },
    total_tokens: 150,
  });
  assert.deepEqual(report?.usage, {
    input: 10,
    cached_input: 60,
    cache_write: 20,
    cache_write_12h: 10,
    output: 30,
    reasoning: 20,
  });
  assert.deepEqual(report?.flags, []);
  assert.ok(report?.reported.startsWith('{"input_tokens":100,'));
});

test('an odd detail is mended and flagged, and the rest of the report counts', () => {
  const odd = usage({
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 120, cache_write_tokens: -3 },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 70 },
  });
  assert.deepEqual(odd?.usage, { cached_input: 100, reasoning: 50 });
  assert.equal(odd?.flags.length, 3);
});

test('a report that says nothing is none', () => {
  assert.equal(usage({}), null);
  assert.equal(readUsage(null, rules.usage), null);
  assert.equal(readResponseUsage({ usage: null }, rules.usage), null);
});

test('providers that count the cache or the reasoning beside are read by their rules', () => {
  const report = {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 90 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 7 },
    total_tokens: 22,
  };
  const apart = { input: 10, cached_input: 90, output: 5, reasoning: 7 };
  assert.deepEqual(usage(report, { isCacheInInput: false, isReasoningInOutput: false })?.usage, apart);
  const within = { ...report, output_tokens: 12 };
  const xai = usage(within, { isCacheInInput: true, isReasoningInOutput: false });
  assert.deepEqual(xai?.usage.output, 5);
  assert.deepEqual(usage(report, { isCacheInInput: 'compare', isReasoningInOutput: 'compare' })?.usage, apart);
});

test('searches are those that the provider charges, else those in the output', () => {
  const of = (response: object) =>
    readResponseUsage({ usage: { input_tokens: 1, output_tokens: 1 }, ...response }, rules.usage)?.usage.search;
  const output = [
    { type: 'web_search_call', action: { type: 'search' } },
    { type: 'web_search_call', action: { type: 'open_page' } },
    { type: 'web_search_call' },
    { type: 'message' },
  ];
  assert.equal(of({ output }), 2);
  assert.equal(of({ output, tool_usage: { web_search: { num_requests: 4 } } }), 4);
  assert.equal(of({ output, tool_usage: { web_search: { num_requests: 0 } } }), undefined);
  assert.equal(of({}), undefined);
});

test('the tier is the one that was used; the usual one has no name', () => {
  for (const usual of ['default', 'auto', '', 'Standard', null, undefined]) assert.equal(readTier(usual), '');
  assert.equal(readTier('Priority'), 'priority');
  assert.equal(readTier('flex'), 'flex');
});

test('no report counts more than it says', () => {
  const count = fc.nat({ max: 1_000 });
  fc.assert(
    fc.property(count, count, count, count, count, count, (input, cached, write, long, output, reasoning) => {
      const report = usage({
        input_tokens: input,
        input_tokens_details: {
          cached_tokens: cached,
          cache_write_tokens: write,
          cache_write_tokens_details: { ttl_12h_tokens: long },
        },
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: reasoning },
      });
      assert.equal(sumOf(report?.usage ?? {}, 'prompt'), input);
      assert.equal(sumOf(report?.usage ?? {}, 'answer'), output);
    }),
  );
});

test('a usage that is written is read as the same', () => {
  const all = { input: 3, cached_input: 4, cache_write: 5, cache_write_12h: 6, output: 7, reasoning: 8 };
  const json = JSON.parse(writeUsage({ usage: all, serviceTier: '' }));
  assert.deepEqual(readUsage(json, rules.usage)?.usage, all);
  assert.equal(writeUsage({ usage: null, serviceTier: '' }), 'null');
});
