import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { paidUsdPerMillion } from './paid-price.ts';

test('a price times a multiplier is exact, however small both are', () => {
  assert.equal(paidUsdPerMillion(150_000n, 10_000), '0.15');
  assert.equal(paidUsdPerMillion(150_000n, 15_000), '0.225');
  assert.equal(paidUsdPerMillion(1n, 1), '0.0000000001');
  assert.equal(paidUsdPerMillion(15_000_000n, 20_000), '30');
  assert.equal(paidUsdPerMillion(0n, 15_000), '0');
});
