import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import { keyCreated, keyRevoked, userCreated } from '#testkit/events.ts';
import { test } from '#testkit/test.ts';
import { createRegistry, SINGLE_ID } from './registry.ts';

const set = (resource: object): GatewayEvent => ({ type: 'ResourceSet', data: { resource, setAtMs: '1' } });
const removed = (kind: string, id: string): GatewayEvent => ({
  type: 'ResourceRemoved',
  data: { kind, id, by: { actor: '', role: '', action: '', address: '', requestId: '' }, removedAtMs: '1' },
});
const at = (position: number, event: GatewayEvent) => ({ ...event, position });

test('what was set is there until it is removed, and what has ended is in force no more', () => {
  const registry = createRegistry();
  registry.take([
    at(1, set({ alias: { id: 'fast', models: ['gpt-4o-mini'] } })),
    at(2, set({ user: { id: 'u1', status: 'active' } })),
    at(3, set({ key: { id: 'k1', userId: 'u1', status: 'paused' } })),
  ]);
  assert.deepEqual(registry.get('alias', 'fast')?.models, ['gpt-4o-mini']);
  assert.equal(registry.get('key', 'k1')?.status, 'paused');
  registry.take([
    at(4, removed('alias', 'fast')),
    at(5, set({ user: { id: 'u1', status: 'deleted' } })),
    at(6, set({ key: { id: 'k1', status: 'revoked' } })),
  ]);
  assert.equal(registry.get('alias', 'fast'), undefined);
  assert.equal(registry.get('user', 'u1'), undefined);
  assert.equal(registry.get('key', 'k1'), undefined);
  assert.equal(registry.position(), 6);
});

test('events that were taken already are passed over', () => {
  const registry = createRegistry(5);
  registry.load({ case: 'user', value: { id: 'u1', status: 'active' } as never });
  registry.take([at(4, set({ user: { id: 'u1', status: 'suspended' } })), at(5, removed('user', 'u1'))]);
  assert.equal(registry.get('user', 'u1')?.status, 'active');
  registry.take([at(6, set({ user: { id: 'u1', status: 'suspended' } }))]);
  assert.equal(registry.get('user', 'u1')?.status, 'suspended');
});

test('a watcher is told what was before and what is now, after the change', () => {
  const registry = createRegistry();
  const seen: (readonly [string | undefined, string | undefined, string | undefined])[] = [];
  registry.watch('user', (before, after) => {
    seen.push([before?.status, after?.status, registry.get('user', 'u1')?.status]);
  });
  registry.take([
    at(1, set({ user: { id: 'u1', status: 'active' } })),
    at(2, set({ team: { id: 't1' } })),
    at(3, set({ user: { id: 'u1', status: 'suspended' } })),
    at(4, set({ user: { id: 'u1', status: 'deleted' } })),
  ]);
  assert.deepEqual(seen, [
    [undefined, 'active', 'active'],
    ['active', 'suspended', 'suspended'],
    ['suspended', undefined, undefined],
  ]);
});

test('settings are empty before they are set', () => {
  const registry = createRegistry();
  assert.equal(registry.settings().multiplier, '');
  registry.take([at(1, set({ settings: { id: SINGLE_ID, multiplier: '1.5' } }))]);
  assert.equal(registry.settings().multiplier, '1.5');
});

test('events of old logs set users and keys, and what a later gateway has is passed over', () => {
  const registry = createRegistry();
  registry.take([
    at(1, userCreated({ userId: 'u1', requestsPerMinute: 60, multiplierBasisPoints: 12_500, createdAtMs: 0 })),
    at(2, keyCreated({ keyId: 'k1', userId: 'u1', name: 'laptop' })),
    at(3, keyCreated({ keyId: 'k2', userId: 'u1' })),
    at(4, keyRevoked({ keyId: 'k2' })),
    at(5, set({ planet: { id: 'mars' } })),
    at(6, set({ user: { id: 'u2', status: 'active', colourOfLaterGateways: 'red' } })),
    at(7, removed('planet', 'mars')),
  ]);
  const user = registry.get('user', 'u1');
  assert.deepEqual(
    [user?.status, user?.requestsPerMinute, user?.multiplier, user?.createdAt],
    ['active', 60, '1.25', '1970-01-01T00:00:00.000Z'],
  );
  assert.deepEqual(
    [...registry.all('key')].map(({ id, name }) => [id, name]),
    [['k1', 'laptop']],
  );
  assert.equal(registry.get('user', 'u2')?.status, 'active');
  assert.equal(registry.position(), 7);
});
