import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from '#testkit/test.ts';
import { createKeyHasher, deriveSecret, generateSecret, isApiKeyShaped, secretPrefix } from './api-key.ts';

const KEYS = 1_000;
const keys = Array.from({ length: KEYS }, () => generateSecret('api key'));

test('a key is ak_ and 64 letters and digits, and no two are the same', () => {
  for (const key of keys) assert.match(key, /^ak_[A-Za-z0-9]{64}$/);
  assert.equal(new Set(keys).size, KEYS);
});

test('every character of the alphabet is equally likely', () => {
  const counts = new Map<string, number>();
  for (const char of keys.flatMap((key) => [...key.slice(3)])) counts.set(char, (counts.get(char) ?? 0) + 1);
  assert.equal(counts.size, 62);
  const expected = (KEYS * 64) / 62;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 61 degrees of freedom: a fair draw exceeds 160 once in 10^10 runs; `byte % 62` comes to about 380.
  assert.ok(chiSquare < 160, `chi-square ${chiSquare}`);
});

test('a derived key has the shape of any other, is the same for the same text, and follows from the pepper', () => {
  const pepper = 'ab'.repeat(32);
  const derived = Array.from({ length: KEYS }, (_, index) => deriveSecret('api key', pepper, `text ${index}`));
  for (const key of derived) assert.ok(isApiKeyShaped(key), key);
  assert.equal(new Set(derived.map(secretPrefix)).size, KEYS);
  assert.equal(deriveSecret('api key', pepper, 'text 0'), derived[0]);
  assert.notEqual(deriveSecret('api key', 'cd'.repeat(32), 'text 0'), derived[0]);
});

test('the prefix is what may be shown: ak_ and 8 characters', () => {
  assert.equal(secretPrefix(`ak_12345678${'x'.repeat(56)}`), 'ak_12345678');
});

test('only a text of the right shape is taken for a key', () => {
  const [key = ''] = keys;
  assert.ok(isApiKeyShaped(key));
  const junk = ['', 'ak_', key.slice(1), `${key}x`, `${key}\n`, key.replace('ak_', 'sk_'), `${key.slice(0, -1)}é`];
  for (const text of [...junk, 'ak_'.repeat(1_000_000)]) assert.ok(!isApiKeyShaped(text), text.slice(0, 80));
});

test('the hash is HMAC-SHA256 under the pepper', () => {
  const pepper = 'ab'.repeat(32);
  const expected = createHmac('sha256', Buffer.from(pepper, 'hex')).update('ak_x').digest('hex');
  assert.equal(createKeyHasher(pepper)('ak_x'), expected);
  assert.notEqual(createKeyHasher('cd'.repeat(32))('ak_x'), expected);
});
