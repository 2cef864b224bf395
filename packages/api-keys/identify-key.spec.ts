import assert from 'node:assert/strict';
import { type AnyResource, emptyResource, type ResourceOf } from '#registry/kinds.ts';
import { createRegistry } from '#registry/registry.ts';
import { test } from '#testkit/test.ts';
import { createKeyHasher, generateSecret } from './api-key.ts';
import { createIdentifyKey } from './identify-key.ts';

const PEPPER = 'ab'.repeat(32);
const hash = createKeyHasher(PEPPER);
const NOW_MS = Date.parse('2026-11-28T12:00:00Z');
const BEFORE = '2026-11-28T11:59:59Z';
const AFTER = '2026-11-28T12:00:01Z';

function given() {
  const registry = createRegistry();
  const apiKey = generateSecret('api key');
  const set = (resource: AnyResource): void => registry.load(resource);
  const key = (told: Partial<ResourceOf<'key'>> = {}): void =>
    set({
      case: 'key',
      value: { ...emptyResource('key', 'k1'), userId: 'u1', status: 'active', keyHash: hash(apiKey), ...told },
    });
  const user = (told: Partial<ResourceOf<'user'>> = {}): void =>
    set({ case: 'user', value: { ...emptyResource('user', 'u1'), status: 'active', ...told } });
  user();
  key();
  const identify = createIdentifyKey(PEPPER, registry);
  /** The key's id, why it does not work, or undefined. */
  const outcome = (text: string = apiKey): string | undefined => {
    const found = identify(text, NOW_MS);
    return found === undefined ? undefined : 'code' in found ? `${found.code}: ${found.message}` : found.keyId;
  };
  return { registry, apiKey, set, key, user, identify, outcome };
}

test('a key is found with its user and team, whether it was there before or came later', () => {
  const { apiKey, set, user, identify } = given();
  set({ case: 'team', value: { ...emptyResource('team', 't1'), status: 'active' } });
  user({ teamId: 't1' });
  const found = identify(apiKey, NOW_MS);
  assert.partialDeepStrictEqual(found, { keyId: 'k1', userId: 'u1', team: { id: 't1' }, user: { teamId: 't1' } });
});

test('an unknown, malformed, revoked or deleted key is nobody', () => {
  const { apiKey, registry, key, outcome } = given();
  for (const text of ['', 'ak_', `${apiKey} `, apiKey.toUpperCase(), generateSecret('api key')]) {
    assert.equal(outcome(text), undefined, text);
  }
  key({ status: 'revoked' });
  assert.equal(outcome(), undefined);
  key();
  assert.equal(outcome(), 'k1');
  registry.take([
    { type: 'ResourceRemoved', data: { kind: 'key', id: 'k1', by: undefined, removedAtMs: '0' } as never, position: 1 },
  ]);
  assert.equal(outcome(), undefined);
});

test('after a rotation both keys work until the overlap ends, and then only the new one', () => {
  const { apiKey, key, outcome } = given();
  const newKey = generateSecret('api key');
  const rotated = (previousKeyExpiresAt: string): void =>
    key({ keyHash: hash(newKey), previousKeyHash: hash(apiKey), previousKeyExpiresAt });
  rotated(AFTER);
  assert.deepEqual([outcome(), outcome(newKey)], ['k1', 'k1']);
  rotated(BEFORE);
  assert.match(outcome() ?? '', /^invalid_api_key: .*replaced by a new one/);
  assert.equal(outcome(newKey), 'k1');
  // No overlap was asked for.
  key({ keyHash: hash(newKey) });
  assert.deepEqual([outcome(), outcome(newKey)], [undefined, 'k1']);
  // A second rotation: the first key is nobody's, whatever was left of its time.
  const third = generateSecret('api key');
  rotated(AFTER);
  key({ keyHash: hash(third), previousKeyHash: hash(newKey), previousKeyExpiresAt: AFTER });
  assert.deepEqual([outcome(), outcome(newKey), outcome(third)], [undefined, 'k1', 'k1']);
  key({ status: 'revoked' });
  assert.deepEqual([outcome(newKey), outcome(third)], [undefined, undefined]);
});

test('a key that may not be used now says why, and works again when the reason is gone', () => {
  const { registry, set, key, user, outcome } = given();
  const team = (status: string, organisationId = ''): void =>
    set({ case: 'team', value: { ...emptyResource('team', 't1'), status, organisationId } });
  const organisation = (status: string): void =>
    set({ case: 'organisation', value: { ...emptyResource('organisation', 'o1'), status } });
  const cases: readonly (readonly [() => void, RegExp, () => void])[] = [
    [() => key({ status: 'paused' }), /is paused/, key],
    [() => key({ expiresAt: BEFORE }), /has expired/, () => key({ expiresAt: AFTER })],
    [() => key({ status: 'expired' }), /has expired/, key],
    [() => key({ expiresAt: 'tomorrow' }), /has expired/, key],
    [() => user({ status: 'suspended' }), /The user is suspended/, () => user({ teamId: 't1' })],
    [() => user({ status: 'deleted' }), /user of this API key is deleted/, () => user({ teamId: 't1' })],
    [() => team('suspended'), /The user's team is suspended/, () => team('active', 'o1')],
    [() => organisation('suspended'), /The user's organisation is suspended/, () => organisation('active')],
  ];
  for (const [make, message, mend] of cases) {
    make();
    assert.match(outcome() ?? '', message);
    assert.match(outcome() ?? '', /^invalid_api_key: /);
    mend();
    assert.equal(outcome(), 'k1', String(message));
  }
  assert.equal(registry.get('user', 'u1')?.teamId, 't1');
});
