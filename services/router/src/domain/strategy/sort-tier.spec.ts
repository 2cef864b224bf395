import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { sortTier } from './sort-tier.ts';

test('any number is sorted, and of equals the given order stays', () => {
  const numbers = fc.array(fc.nat(9), { maxLength: 100 });
  fc.assert(
    fc.property(numbers, (keys) => {
      const entries = keys.map((key, index) => ({ key, index }));
      const expected = entries.toSorted((a, b) => a.key - b.key);
      sortTier(entries, (a, b) => a.key - b.key);
      assert.deepEqual(entries, expected);
    }),
  );
});
