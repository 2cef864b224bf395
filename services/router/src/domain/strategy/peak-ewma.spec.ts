import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { DECAY_MS, ewma, nothingSeen, peakEwma } from './peak-ewma.ts';

test('the first sample is the average', () => {
  assert.deepEqual(peakEwma(nothingSeen, 200, 5), { value: 200, atMs: 5 });
  assert.deepEqual(ewma(nothingSeen, 200, 5), { value: 200, atMs: 5 });
});

test('a worse sample counts at once, a better one bit by bit', () => {
  const calm = peakEwma(nothingSeen, 200, 0);
  const slow = peakEwma(calm, 3_000, 1);
  assert.equal(slow.value, 3_000);
  const better = peakEwma(slow, 200, 1 + DECAY_MS);
  assert.ok(Math.abs(better.value - (200 + 2_800 / Math.E)) < 1e-9);
});

test('an average without peaks takes both alike', () => {
  const average = ewma(ewma(nothingSeen, 100, 0), 300, DECAY_MS);
  assert.ok(average.value > 200 && average.value < 300);
});
