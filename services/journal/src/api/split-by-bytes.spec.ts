import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { splitByBytes } from './split-by-bytes.ts';

const split = (sizes: number[], max: number) => splitByBytes(sizes, (size) => size, max);

test('nothing gives no run', () => {
  assert.deepEqual(split([], 10), []);
});

test('runs are filled up to the bound and keep the order', () => {
  assert.deepEqual(split([4, 6, 1, 9, 10, 2], 10), [[4, 6], [1, 9], [10], [2]]);
});

test('an item over the bound is a run of its own', () => {
  assert.deepEqual(split([1, 50, 1], 10), [[1], [50], [1]]);
});
