import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { createKeyHasher } from '#api-keys/api-key.ts';
import { ApiKeySchema, UserSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { createRegistry } from '#registry/registry.ts';
import { test } from '#testkit/test.ts';
import type { Exchange } from '../http/exchange.ts';
import { createOpenerOfKey } from './key-opener.ts';

const keyPepper = 'ab'.repeat(32);
const hashOf = createKeyHasher(keyPepper);
const nowMs = Date.parse('2026-06-01T00:00:00Z');
const [older, newer] = [`ak_${'o'.repeat(64)}`, `ak_${'n'.repeat(64)}`];

test('a secret that was replaced signs nobody in, though requests may be made with it for a while', () => {
  const registry = createRegistry();
  registry.load({ case: 'user', value: create(UserSchema, { id: 'u_1', status: 'active' }) });
  const openerOf = createOpenerOfKey({
    ...{ keyPepper, registry, clock: () => nowMs },
    addressOf: () => '192.0.2.1',
    guesses: { apiKey: () => 0 },
  });
  const exchange = { request: {} } as unknown as Exchange;
  const key = { id: 'k_1', userId: 'u_1', status: 'active' };
  registry.load({ case: 'key', value: create(ApiKeySchema, { ...key, keyHash: hashOf(older) }) });
  assert.equal(openerOf(exchange, older).openedBy, 'key:k_1');

  const rotated = {
    ...{ keyHash: hashOf(newer), previousKeyHash: hashOf(older) },
    previousKeyExpiresAt: '2026-06-02T00:00:00Z',
  };
  registry.load({ case: 'key', value: create(ApiKeySchema, { ...key, ...rotated }) });
  assert.equal(openerOf(exchange, newer).openedBy, 'key:k_1');
  assert.throws(
    () => openerOf(exchange, older),
    (thrown) => thrown instanceof Fault && thrown.code === 'invalid_api_key' && /replaced/.test(thrown.message),
  );
});
