import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { parsePercent } from './percent.ts';

test('a percentage has at most two decimals, and is 100 at most', () => {
  const cases = {
    '0': 0,
    '5': 500,
    '2.5': 250,
    '0.01': 1,
    '99.99': 9_999,
    '100': 10_000,
    '100.00': 10_000,
    '007': 700,
  };
  for (const [text, basisPoints] of Object.entries(cases)) assert.equal(parsePercent(text), basisPoints, text);
  for (const text of ['', '-1', '100.01', '101', '1000', '5%', '.5', '1.', '1.234', '1e2', 'all', ' 5']) {
    assert.equal(parsePercent(text), undefined, text);
  }
});
