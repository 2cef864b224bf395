import assert from 'node:assert/strict';
import { examplePrice } from '#testkit/example-price.ts';
import { test } from '#testkit/test.ts';
import { createPriceBook } from './price-book.ts';

test('every version stays to be found, and the newest is the one with the highest version', () => {
  const book = createPriceBook();
  const [first, second] = [examplePrice('a/m', 1, 1n, 1n), examplePrice('a/m', 2, 2n, 2n)];
  for (const price of [second, first, second]) book.add(price);
  assert.equal(book.find('a/m', 1), first);
  assert.equal(book.newest('a/m'), second);
  assert.equal(book.find('a/m', 3), undefined);
  assert.equal(book.newest('a/other'), undefined);
});
