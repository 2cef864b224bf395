import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createByteStore } from './byte-store.ts';

test('what was appended comes out in order, and is forgotten once it is taken', () => {
  const store = createByteStore();
  for (const piece of ['a', 'bc', '', 'def']) store.append(Buffer.from(piece));
  assert.deepEqual([store.length(), store.bytes().toString()], [6, 'abcdef']);
  assert.equal(store.take().toString(), 'abcdef');
  assert.deepEqual([store.length(), store.take().length], [0, 0]);
});

test('bytes that were given out do not change when more is appended', () => {
  const store = createByteStore();
  store.append(Buffer.from('one'));
  store.append(Buffer.from('two'));
  const before = store.bytes();
  store.append(Buffer.from('three'));
  assert.equal(before.toString(), 'onetwo');
  const taken = store.take();
  store.append(Buffer.from('other'));
  assert.equal(taken.toString(), 'onetwothree');
});

test('a megabyte in single bytes takes no more than two', () => {
  const store = createByteStore();
  const byte = Buffer.from('x');
  for (let i = 0; i < 1024 * 1024; i += 1) store.append(byte);
  assert.equal(store.length(), 1024 * 1024);
  assert.ok(store.bytes().buffer.byteLength <= 2 * 1024 * 1024);
});
