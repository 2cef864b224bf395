import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { compilePatterns } from './patterns.ts';

test('a pattern fits as the regular expression does that has .* for each of its stars', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '*'), maxLength: 8 });
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 3 }), letters, (patterns, text) => {
      const expected = patterns.some((each) =>
        new RegExp(`^${each.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(text),
      );
      assert.equal(compilePatterns(patterns)(text), expected);
    }),
    { numRuns: 5_000 },
  );
});

test('a text with a star in it fits no more than another', () => {
  assert.ok(!compilePatterns(['gpt-4'])('gpt-*'));
  assert.ok(compilePatterns(['gpt-*'])('gpt-*'));
  assert.ok(!compilePatterns(['gpt-*o'])('gpt-*'));
});

test('a pattern made to be slow is not', () => {
  const slow = compilePatterns([`${'*a'.repeat(100)}b`]);
  const startedAtMs = performance.now();
  assert.ok(!slow('a'.repeat(200)));
  assert.ok(performance.now() - startedAtMs < 1_000);
});
