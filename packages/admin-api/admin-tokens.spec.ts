import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { createKeyHasher } from '#api-keys/api-key.ts';
import { AdminTokenSchema, ConsoleOidcSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { emptyResource } from '#registry/kinds.ts';
import { createRegistry } from '#registry/registry.ts';
import { test } from '#testkit/test.ts';
import { createAdminTokens } from './admin-tokens.ts';

const keyPepper = 'ab'.repeat(32);
const hashOf = createKeyHasher(keyPepper);
const nowMs = Date.parse('2026-06-01T00:00:00Z');

const tokenOf = (id: string, more: object = {}) =>
  create(AdminTokenSchema, { id, role: 'auditor', status: 'active', tokenHash: hashOf(`at_${id}`), ...more });

test('a token is found by its text while it is in force, whether it was there before or came later', () => {
  const registry = createRegistry();
  registry.load({ case: 'token', value: tokenOf('early') });
  const find = createAdminTokens({ registry, keyPepper, clock: () => nowMs });
  registry.load({ case: 'token', value: tokenOf('late', { role: 'owner' }) });
  assert.partialDeepStrictEqual(find('at_early'), { id: 'early', role: 'auditor' });
  assert.partialDeepStrictEqual(find('at_late'), { id: 'late', role: 'owner' });
  for (const other of ['', 'early', 'at_', 'at_earl', 'at_early ', `at_${'x'.repeat(300)}`]) {
    assert.equal(find(other), undefined, other);
  }
});

test('a token that was revoked, has expired or has a role of a later gateway is not found', () => {
  const registry = createRegistry();
  const find = createAdminTokens({ registry, keyPepper, clock: () => nowMs });
  registry.load({ case: 'token', value: tokenOf('t') });
  assert.ok(find('at_t'));
  registry.load({ case: 'token', value: tokenOf('t', { status: 'revoked' }) });
  assert.equal(find('at_t'), undefined);
  registry.load({ case: 'token', value: tokenOf('over', { expiresAt: '2026-06-01T00:00:00Z' }) });
  registry.load({ case: 'token', value: tokenOf('soon', { expiresAt: '2026-06-01T00:00:01Z' }) });
  registry.load({ case: 'token', value: tokenOf('odd', { role: 'emperor' }) });
  assert.deepEqual([find('at_over'), find('at_soon')?.id, find('at_odd')], [undefined, 'soon', undefined]);
});

test('a token is found for its own purpose alone, and a session ends with the token that opened it', () => {
  const registry = createRegistry();
  const find = createAdminTokens({ registry, keyPepper, clock: () => nowMs });
  registry.load({ case: 'token', value: tokenOf('code', { purpose: 'sign_in' }) });
  registry.load({ case: 'token', value: tokenOf('own') });
  registry.load({ case: 'token', value: tokenOf('here', { purpose: 'session', openedBy: 'own' }) });
  registry.load({ case: 'token', value: tokenOf('first', { purpose: 'session', openedBy: 'bootstrap' }) });
  assert.deepEqual([find('at_code'), find('at_code', 'session')], [undefined, undefined]);
  assert.equal(find('at_code', 'sign_in')?.id, 'code');
  assert.deepEqual([find('at_here'), find('at_own', 'session')], [undefined, undefined]);
  assert.equal(find('at_here', 'session')?.openedBy, 'own');
  registry.load({ case: 'token', value: tokenOf('own', { status: 'revoked' }) });
  assert.equal(find('at_here', 'session'), undefined);
  assert.equal(find('at_first', 'session')?.id, 'first');
});

test('a session that an identity provider opened ends when the settings trust none any more', () => {
  const registry = createRegistry();
  const find = createAdminTokens({ registry, keyPepper, clock: () => nowMs });
  const consoleOidc = create(ConsoleOidcSchema, { issuer: 'https://login.example.com', clientId: 'gateway' });
  const settings = emptyResource('settings', 'default');
  registry.load({ case: 'token', value: tokenOf('theirs', { purpose: 'session', openedBy: 'oidc:ada' }) });
  assert.equal(find('at_theirs', 'session'), undefined);
  registry.load({ case: 'settings', value: { ...settings, consoleOidc } });
  assert.equal(find('at_theirs', 'session')?.openedBy, 'oidc:ada');
  registry.load({ case: 'settings', value: settings });
  assert.equal(find('at_theirs', 'session'), undefined);
});
