import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from '#testkit/test.ts';
import { createSecrets } from './key-secrets.ts';

const PEPPER = 'ab'.repeat(32);
const secrets = createSecrets(PEPPER);
const claim = { salt: randomBytes(32), attempt: 'a' };
const scope = ['user-1', 'POST', '/v1/chat/completions'];

test('a key is another one in another scope, and for another gateway', () => {
  const { keyHash } = secrets.of(scope, 'k');
  assert.deepEqual(secrets.of(scope, 'k').keyHash, keyHash);
  assert.notDeepEqual(secrets.of(['user-2', 'POST', '/v1/chat/completions'], 'k').keyHash, keyHash);
  assert.notDeepEqual(secrets.of(['user-1', 'POST'], '/v1/chat/completions k').keyHash, keyHash);
  assert.notDeepEqual(createSecrets('cd'.repeat(32)).of(scope, 'k').keyHash, keyHash);
  assert.notDeepEqual(secrets.bodyHash(Buffer.from('a')), secrets.bodyHash(Buffer.from('b')));
});

test('a piece is opened in its own place with its own key alone', () => {
  const seals = secrets.of(scope, 'k').sealsOf(claim);
  const sealed = seals.seal(3, Buffer.from('Hello'));
  assert.equal(seals.open(3, sealed).toString(), 'Hello');
  assert.ok(!sealed.includes('Hello'));
  const wrong = [
    () => seals.open(4, sealed),
    () => secrets.of(scope, 'other').sealsOf(claim).open(3, sealed),
    () =>
      secrets
        .of(scope, 'k')
        .sealsOf({ ...claim, attempt: 'b' })
        .open(3, sealed),
    () =>
      secrets
        .of(scope, 'k')
        .sealsOf({ ...claim, salt: randomBytes(32) })
        .open(3, sealed),
    () => createSecrets('cd'.repeat(32)).of(scope, 'k').sealsOf(claim).open(3, sealed),
    () =>
      seals.open(3, Buffer.concat([sealed.subarray(0, -1), Buffer.from([sealed.readUInt8(sealed.length - 1) ^ 1])])),
  ];
  for (const open of wrong) assert.throws(open);
});

test('a piece may be empty, and the same bytes are never sealed alike', () => {
  const seals = secrets.of(scope, 'k').sealsOf(claim);
  assert.equal(seals.open(1, seals.seal(1, Buffer.alloc(0))).length, 0);
  assert.notDeepEqual(seals.seal(1, Buffer.from('Hello')), seals.seal(1, Buffer.from('Hello')));
});

test('the text for repeats is the same for each try of a claim, and another one for another claim', () => {
  const key = secrets.of(scope, 'k');
  assert.equal(key.repeatText(claim), secrets.of(scope, 'k').repeatText({ salt: claim.salt }));
  assert.notEqual(key.repeatText({ salt: randomBytes(32) }), key.repeatText(claim));
  assert.match(key.repeatText(claim), /^[\w-]{43}$/);
});
