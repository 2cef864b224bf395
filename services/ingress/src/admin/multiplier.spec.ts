import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { multiplierBasisPoints, multiplierText } from './multiplier.ts';

describe('a multiplier', () => {
  test('is read exactly from text or number', () => {
    const cases: readonly (readonly [unknown, number])[] = [
      ['1.5', 15_000],
      [1.5, 15_000],
      [1, 10_000],
      ['0.01', 100],
      [1.0001, 10_001],
      ['100', 1_000_000],
      [undefined, 0],
      [null, 0],
    ];
    for (const [value, basisPoints] of cases) assert.equal(multiplierBasisPoints(value), basisPoints);
  });

  test('is refused where it is none, is too small, too large or too fine', () => {
    for (const value of ['', 'x', '0', 0, '0.0099', -1, '100.0001', 1e21, 1.00001, '1.', [1.5], {}, true]) {
      assert.throws(() => multiplierBasisPoints(value), /multiplier/);
    }
  });

  test('is shown as it was given, and as null where the default holds', () => {
    assert.deepEqual([15_000, 10_000, 100, 1, 12_500, 0].map(multiplierText), [
      '1.5',
      '1',
      '0.01',
      '0.0001',
      '1.25',
      null,
    ]);
  });
});
