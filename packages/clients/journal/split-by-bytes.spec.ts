import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { eventBytes, splitByBytes } from './split-by-bytes.ts';

/** More than an envelope. */
const UNIT_BYTES = 1_000;
const event = (units: number) => ({ units, body: 'x'.repeat(units * UNIT_BYTES - eventBytes({ body: '' })) });

const split = (sizes: number[], max: number): number[][] =>
  splitByBytes(sizes.map(event), max * UNIT_BYTES).map((run) => run.map(({ units }) => units));

test('nothing gives no run', () => {
  assert.deepEqual(split([], 10), []);
});

test('runs are filled up to the bound and keep the order', () => {
  assert.deepEqual(split([4, 6, 1, 9, 10, 2], 10), [[4, 6], [1, 9], [10], [2]]);
});

test('an event over the bound is a run of its own', () => {
  assert.deepEqual(split([1, 50, 1], 10), [[1], [50], [1]]);
});

test('bytes are counted, not letters', () => {
  assert.equal(eventBytes({ body: 'ü' }) - eventBytes({ body: 'u' }), 1);
});
