import assert from 'node:assert/strict';
import type { UserView } from '#contracts/accounts.ts';
import { KeySchema, UserSchema } from '#contracts/gen/gateway/accounts/v1/accounts_pb.js';
import { overTheWire } from '#testkit/over-the-wire.ts';
import { test } from '#testkit/test.ts';
import { keyFromWire, keyToWire, userFromWire, userToWire } from './account-wire.ts';

const key = { keyId: 'k', name: 'n', prefix: 'p', isRevoked: true, createdAtMs: 1_700_000_000_001 };
const user: UserView = {
  userId: 'u',
  name: 'Ü',
  email: 'e@example.com',
  requestsPerMinute: 60,
  multiplierBasisPoints: 15_000,
  createdAtMs: 1_700_000_000_000,
  keys: [key, { ...key, keyId: 'l', isRevoked: false }],
};

test('a user and a key come out as they went in', () => {
  assert.deepEqual(userFromWire(overTheWire(UserSchema, userToWire(user))), user);
  assert.deepEqual(keyFromWire(overTheWire(KeySchema, keyToWire(key))), key);
});

test('an answer without what was asked for is a fault', () => {
  assert.throws(() => userFromWire(undefined), /without the user/);
  assert.throws(() => keyFromWire(undefined), /without the key/);
});
