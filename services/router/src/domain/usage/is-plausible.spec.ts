import assert from 'node:assert/strict';
import { noUsage } from '#ai/usage.ts';
import { test } from '#testkit/test.ts';
import { isPlausible } from './is-plausible.ts';

const bounds = { promptTokens: 100, outputTokens: 50 };

test('a usage a little above what was admitted is believed: the excess is real', () => {
  assert.equal(isPlausible({ input: 300, output: 90 }, bounds), true);
});

test('negative, fractional, infinite and absurd counts are not believed', () => {
  for (const count of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, 1_000_000]) {
    assert.equal(isPlausible({ input: count }, bounds), false, `input ${count}`);
    assert.equal(isPlausible({ output: count }, bounds), false, `output ${count}`);
  }
});

test('a report of nothing at all is not believed: an answer has a prompt', () => {
  assert.equal(isPlausible(noUsage, bounds), false);
  assert.equal(isPlausible({ input: 1 }, bounds), true);
});
