import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { turnsAfter } from './by-turns.ts';

test('running weights sum to zero after any number of turns', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(weights, fc.nat(128), (each, turns) => {
      assert.equal(
        turnsAfter(each, turns).reduce((sum, weight) => sum + weight, 0),
        0,
      );
    }),
  );
});

test('a period ends where it began', () => {
  assert.deepEqual(turnsAfter([5, 3, 2], 10), [0, 0, 0]);
  assert.notDeepEqual(turnsAfter([5, 3, 2], 9), [0, 0, 0]);
});
