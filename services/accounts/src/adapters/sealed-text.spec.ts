import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { openText, sealText } from './sealed-text.ts';

const key = Buffer.alloc(32, 7);
const ada = JSON.stringify({ name: 'Ada Lovelace', email: 'ada@example.com' });

test('whatever is sealed opens under the same key for the same user', () => {
  const texts = fc.string({ unit: 'grapheme' });
  const anyKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(anyKey, fc.uuid(), texts, (subjectKey, userId, text) => {
      assert.equal(openText(subjectKey, userId, sealText(subjectKey, userId, text)), text);
    }),
  );
});

test('the sealed text shows neither name nor e-mail', () => {
  const sealed = Buffer.from(sealText(key, 'u1', ada).slice(2), 'base64url').toString('latin1');
  assert.doesNotMatch(sealed, /Ada|Lovelace|example/);
});

test('sealing the same again gives the same text; anything else gives another, nonce included', () => {
  const sealed = sealText(key, 'u1', ada);
  assert.equal(sealText(key, 'u1', ada), sealed);
  const others = [sealText(key, 'u1', `${ada} `), sealText(Buffer.alloc(32, 8), 'u1', ada)];
  const nonceOf = (text: string): string => Buffer.from(text.slice(2), 'base64url').toString('hex', 0, 12);
  for (const other of others) assert.notEqual(nonceOf(other), nonceOf(sealed));
});

test('a text does not open under another key, for another user, or changed in any byte', () => {
  const sealed = sealText(key, 'u1', ada);
  assert.equal(openText(Buffer.alloc(32, 8), 'u1', sealed), undefined);
  assert.equal(openText(key, 'u2', sealed), undefined);
  const bytes = Buffer.from(sealed.slice(2), 'base64url');
  for (const index of bytes.keys()) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.equal(openText(key, 'u1', `1.${changed.toString('base64url')}`), undefined);
  }
  for (const junk of ['', '1.', '1.AAAA', sealed.slice(2), `2.${sealed.slice(2)}`]) {
    assert.equal(openText(key, 'u1', junk), undefined);
  }
});
