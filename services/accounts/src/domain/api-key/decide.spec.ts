import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import { fold } from '#decider/decider.ts';
import { given } from '#decider/given-when-then.ts';
import { test } from '#testkit/test.ts';
import { apiKeyDecider } from './api-key-decider.ts';
import type { CreateApiKey } from './commands.ts';
import type { ApiKeyEvent } from './events.ts';

const create: CreateApiKey = {
  type: 'CreateApiKey',
  keyId: 'k1',
  userId: 'u1',
  keyHash: 'hash',
  prefix: 'ak_12345678',
  name: 'laptop',
  nowMs: 3,
};

const created: GatewayEvent<'ApiKeyCreated'> = {
  type: 'ApiKeyCreated',
  data: { keyId: 'k1', userId: 'u1', keyHash: 'hash', prefix: 'ak_12345678', name: 'laptop', createdAtMs: '3' },
};

const revoked: ApiKeyEvent = { type: 'ApiKeyRevoked', data: { keyId: 'k1', userId: 'u1', revokedAtMs: '9' } };

test('a key is created with its hash and prefix', () => {
  given(apiKeyDecider, []).when(create).then([created]);
});

test('a key needs no name, but not any name will do', () => {
  given(apiKeyDecider, [])
    .when({ ...create, name: '' })
    .then([{ ...created, data: { ...created.data, name: '' } }]);
  given(apiKeyDecider, [])
    .when({ ...create, name: 'a\u0000b' })
    .thenRefused('invalid_request');
  given(apiKeyDecider, [])
    .when({ ...create, name: 'x'.repeat(201) })
    .thenRefused('invalid_request');
});

test('a creation that is repeated changes nothing', () => {
  given(apiKeyDecider, [created]).when(create).then([]);
  given(apiKeyDecider, [created, revoked])
    .when({ ...create, nowMs: 10 })
    .then([]);
});

test('a key that exists is not created again with other values', () => {
  for (const other of [{ userId: 'u2' }, { name: 'server' }, { prefix: 'ak_87654321' }]) {
    given(apiKeyDecider, [created])
      .when({ ...create, ...other })
      .thenRefused('idempotency_key_reused');
  }
});

test('a key is revoked once; revoking it again changes nothing', () => {
  given(apiKeyDecider, [created]).when({ type: 'RevokeApiKey', keyId: 'k1', nowMs: 9 }).then([revoked]);
  given(apiKeyDecider, [created, revoked]).when({ type: 'RevokeApiKey', keyId: 'k1', nowMs: 10 }).then([]);
});

test('a key that was never issued cannot be revoked', () => {
  given(apiKeyDecider, []).when({ type: 'RevokeApiKey', keyId: 'k1', nowMs: 9 }).thenRefused('not_found');
});

test('a stream that contradicts itself stops the fold', () => {
  assert.throws(() => fold(apiKeyDecider, [revoked]), /when absent/);
  assert.throws(() => fold(apiKeyDecider, [created, created]), /twice/);
  assert.throws(() => fold(apiKeyDecider, [created, revoked, revoked]), /when revoked/);
});
