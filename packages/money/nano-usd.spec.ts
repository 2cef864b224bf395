import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { AMOUNT_NANO_USD_MAX, formatUsd, parseUsd } from './nano-usd.ts';

test('an amount reads back from its own text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -AMOUNT_NANO_USD_MAX, max: AMOUNT_NANO_USD_MAX }), (nanoUsd) => {
      assert.equal(parseUsd(formatUsd(nanoUsd)), nanoUsd);
    }),
  );
});

test('text is the shortest exact one with at least two decimals', () => {
  assert.equal(formatUsd(0n), '0.00');
  assert.equal(formatUsd(10_000_000_000n), '10.00');
  assert.equal(formatUsd(-500_000_000n), '-0.50');
  assert.equal(formatUsd(1n), '0.000000001');
  assert.equal(formatUsd(1_234_500_000n), '1.2345');
});

test('decimal text is read to the last nano-dollar', () => {
  assert.equal(parseUsd('10'), 10_000_000_000n);
  assert.equal(parseUsd('+0.1'), 100_000_000n);
  assert.equal(parseUsd('-0.000000001'), -1n);
});

test('anything but a plain decimal with at most nine decimals is refused', () => {
  for (const text of [
    '',
    ' 1',
    '1 ',
    '1e3',
    '.5',
    '5.',
    '1,5',
    '0x10',
    '1.0000000001',
    'NaN',
    '--1',
    '١',
    '9'.repeat(99),
  ]) {
    assert.throws(() => parseUsd(text), RangeError, text);
  }
});

test('an amount beyond what the log can hold is refused', () => {
  assert.equal(parseUsd('9223372036.854775807'), AMOUNT_NANO_USD_MAX);
  assert.throws(() => parseUsd('9223372036.854775808'), RangeError);
});
