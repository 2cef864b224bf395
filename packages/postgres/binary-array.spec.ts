import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { bigintArray, int2Array, int4Array, textArray, uuidArray } from './binary-array.ts';

test('a text with a NUL character is refused, and the message says which', () => {
  assert.throws(() => textArray(['fine', 'a\0b']), /RangeError: text 1 of the array holds a NUL character/);
});

test('a number that would lose digits is refused', () => {
  assert.throws(() => bigintArray([2 ** 53]), /no safe integer/);
  assert.throws(() => bigintArray([1.5]), /no safe integer/);
  assert.throws(() => bigintArray([2n ** 63n]), RangeError);
  assert.throws(() => int4Array([1.5]), /no integer/);
  assert.throws(() => int4Array([2 ** 31]), RangeError);
  assert.throws(() => int2Array([40_000]), RangeError);
});

test('what is not a UUID is refused', () => {
  for (const text of [
    '',
    'nonsense',
    '00000000-0000-0000-0000-00000000000',
    '{00000000-0000-0000-0000-000000000000}',
  ]) {
    assert.throws(() => uuidArray([text]), /uuid 0 of the array is not a UUID/);
  }
});
