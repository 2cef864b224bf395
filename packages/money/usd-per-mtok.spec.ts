import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { formatUsdPerMtok, parseUsdPerMtok } from './usd-per-mtok.ts';

test('a price in USD per million tokens is read to the last pico-dollar per token', () => {
  assert.equal(parseUsdPerMtok('0.15'), 150_000n);
  assert.equal(parseUsdPerMtok('75'), 75_000_000n);
  assert.equal(parseUsdPerMtok('0.000001'), 1n);
  assert.equal(parseUsdPerMtok('0'), 0n);
});

test('a price that is no whole number of pico-dollars is refused, not rounded', () => {
  for (const text of ['0.08333333333333334', '1e-7', '-1', '', '1e21', 'NaN', 'Infinity', '100000000']) {
    assert.throws(() => parseUsdPerMtok(text), RangeError, text);
  }
});

test('a price is written as it is read, without zeros at its end', () => {
  for (const text of ['0.15', '75', '0.000001', '0', '99999999.999999', '10']) {
    assert.equal(formatUsdPerMtok(parseUsdPerMtok(text)), text);
  }
  assert.equal(formatUsdPerMtok(parseUsdPerMtok('1.50')), '1.5');
});
