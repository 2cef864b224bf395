import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { figureOf, fitLine, percentile } from './statistics.ts';

test('a percentile is the nearest rank, whatever the order of the values', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.deepEqual([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)], [50, 99, 100]);
  assert.equal(percentile([7], 0.01), 7);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

test('a figure keeps its rounds, their middle and their extremes', () => {
  assert.deepEqual(figureOf([9, 10, 2]), { median: 9, min: 2, max: 10, rounds: [9, 10, 2] });
  assert.equal(figureOf([1, 2, 3, 10]).median, 2.5);
});

test('a line through points on a line has its slope and no error', () => {
  const { slope, standardError } = fitLine([
    [0, 5],
    [1, 7],
    [2, 9],
  ]);
  assert.deepEqual([slope, standardError], [2, 0]);
});

test('a line through noise says how little its slope is worth', () => {
  const { slope, standardError } = fitLine([
    [0, 0],
    [1, 10],
    [2, 0],
    [3, 10],
  ]);
  assert.equal(slope, 2);
  assert.ok(standardError > slope);
});
