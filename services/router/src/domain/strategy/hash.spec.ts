import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { fractionOf, hashOf } from './hash.ts';

test('a text has the same hash in every version of the router', () => {
  assert.equal(hashOf(''), 0xab3e7c0b);
  assert.equal(hashOf('provider\naccount\nmodel'), 0xb56a8bcc);
});

test('hashes of texts that hardly differ fill all parts of their range alike', () => {
  const parts = new Array<number>(16).fill(0);
  for (let index = 0; index < 16_000; index += 1) {
    const part = Math.floor(fractionOf(hashOf(`conversation-${index}`)) * 16);
    parts[part] = (parts[part] ?? 0) + 1;
  }
  for (const part of parts) assert.ok(part > 850 && part < 1_150, String(parts));
});

test('fractions are never 0 and never 1', () => {
  assert.ok(fractionOf(0) > 0);
  assert.ok(fractionOf(0xffffffff) < 1);
});
