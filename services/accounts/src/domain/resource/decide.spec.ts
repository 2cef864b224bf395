import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import type { GatewayEvent } from '#contracts/events.ts';
import {
  ConsoleOidcSchema,
  HeaderConditionSchema,
  ModelTargetSchema,
  ProviderAccountSchema,
  RouteHoursSchema,
} from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { resourceToJson } from '#registry/changes.ts';
import { type AnyResource, factsOf, type Kind, type ResourceOf } from '#registry/kinds.ts';
import { createRegistry } from '#registry/registry.ts';
import { keyCreated, keyRevoked, userCreated } from '#testkit/events.ts';
import { test } from '#testkit/test.ts';
import type { ResourceCommand } from './command.ts';
import { type Decided, decide } from './decide.ts';
import type { DecisionContext } from './kind-rules.ts';
import { evolve, neverSet, type ResourceState } from './state.ts';

const NOW_MS = Date.parse('2026-11-28T12:00:00Z');

type Fields<K extends Kind> = Partial<Omit<ResourceOf<K>, '$typeName'>>;

function resource<K extends Kind>(kind: K, fields: Fields<K>): AnyResource {
  return { case: kind, value: create(factsOf(kind).schema, { ...fields }) } as unknown as AnyResource;
}

function set<K extends Kind>(kind: K, fields: Fields<K>): GatewayEvent {
  const by = { actor: 'bootstrap', role: 'owner', action: 'update', address: '', requestId: '' };
  return { type: 'ResourceSet', data: { resource: resourceToJson(resource(kind, fields)), by, setAtMs: '1' } };
}

const removed = (kind: Kind, id: string): GatewayEvent => ({
  type: 'ResourceRemoved',
  data: { kind, id, by: { actor: '', role: '', action: 'delete', address: '', requestId: '' }, removedAtMs: '1' },
});

/** The registry and the stream of one resource, out of events of any. */
function given(...events: readonly GatewayEvent[]) {
  return givenTo(true, events);
}

/** The same, where the command is an owner's or not. */
function givenTo(isOwners: boolean, events: readonly GatewayEvent[]) {
  const registry = createRegistry();
  registry.take(events.map((event, index) => ({ ...event, position: index + 1 })));
  const context: DecisionContext = {
    registry,
    nowMs: NOW_MS,
    emailDigest: (email) => `digest of ${email.toLowerCase()}`,
    emailOwner: (digest) => [...registry.all('user')].find((user) => user.emailDigest === digest)?.id,
    keyReferenceFault: (reference) => (reference === 'env:PGPASSWORD' ? 'it is a variable of the store' : undefined),
    secret: { hash: 'new hash', prefix: 'new prefix' },
    source: 'admin',
    isOwners,
  };
  return {
    when(kind: Kind, id: string, command: ResourceCommand, expectedVersion?: number): Decided {
      const own = events.filter((event) => isOf(event, kind, id));
      const state = own.reduce<ResourceState>(
        (before, event, index) => evolve(before, { ...event, version: index + 1 }),
        neverSet,
      );
      return decide({ kind, id, command, expectedVersion }, state, context);
    },
  };
}

function isOf(event: GatewayEvent, kind: Kind, id: string): boolean {
  switch (event.type) {
    case 'ResourceSet':
      return event.data.resource?.[kind]?.id === id;
    case 'ResourceRemoved':
      return event.data.kind === kind && event.data.id === id;
    case 'UserCreated':
      return kind === 'user' && event.data.userId === id;
    case 'ApiKeyCreated':
    case 'ApiKeyRevoked':
      return kind === 'key' && event.data.keyId === id;
    default:
      return false;
  }
}

function thenSet(decided: Decided, expected: object): void {
  assert.equal(decided.kind, 'set', decided.kind === 'refused' ? decided.refusal.message : decided.kind);
  if (decided.kind === 'set') assert.partialDeepStrictEqual({ ...decided.resource.value }, expected);
}

function thenRefused(decided: Decided, code: string, param?: string): void {
  assert.equal(decided.kind, 'refused', JSON.stringify(decided.kind));
  if (decided.kind === 'refused') assert.deepEqual([decided.refusal.code, decided.refusal.param], [code, param]);
}

const creation = <K extends Kind>(kind: K, fields: Fields<K>): ResourceCommand => ({
  type: 'create',
  resource: resource(kind, fields),
});
const change = <K extends Kind>(kind: K, fields: Fields<K>, ...mask: readonly string[]): ResourceCommand => ({
  type: 'update',
  resource: resource(kind, fields),
  fields: mask,
});

const ada = { id: 'u1', name: 'Ada', status: 'active', createdAt: '2026-01-01T00:00:00.000Z' };

test('what is created has its defaults and its time, and nothing that only the gateway writes', () => {
  const told = { id: 'mine', name: 'Ada', email: 'Ada@Example.com', createdAt: 'x', sealed: 'x', emailDigest: 'x' };
  thenSet(given().when('user', 'u1', creation('user', told)), {
    id: 'u1',
    status: 'active',
    createdAt: '2026-11-28T12:00:00.000Z',
    sealed: '',
    emailDigest: 'digest of ada@example.com',
  });
  thenSet(given(set('user', ada)).when('key', 'k1', creation('key', { userId: 'u1', keyHash: 'x' })), {
    status: 'active',
    keyHash: 'new hash',
    prefix: 'new prefix',
  });
});

test('a creation that is repeated changes nothing, and one with other values is refused', () => {
  const stream = given(set('user', ada), set('user', { ...ada, name: 'Changed since' }));
  assert.equal(stream.when('user', 'u1', creation('user', { name: 'Ada' })).kind, 'unchanged');
  thenRefused(
    stream.when('user', 'u1', creation('user', { name: 'Bob' })),
    'idempotency_key_reused',
    'idempotency_key',
  );
});

test('users and keys of old logs are resources like any other', () => {
  const old = given(
    userCreated({ userId: 'u1', requestsPerMinute: 60, multiplierBasisPoints: 15_000 }),
    keyCreated({ keyId: 'k1', userId: 'u1', name: 'laptop' }),
    keyCreated({ keyId: 'k2', userId: 'u1' }),
    keyRevoked({ keyId: 'k2' }),
  );
  const sameUser = creation('user', { requestsPerMinute: 60, multiplier: '1.5' });
  assert.equal(old.when('user', 'u1', sameUser).kind, 'unchanged');
  thenSet(old.when('user', 'u1', change('user', { requestsPerMinute: 5 }, 'requests_per_minute')), {
    requestsPerMinute: 5,
    multiplier: '1.5',
  });
  thenSet(old.when('key', 'k1', { type: 'revoke' }), { status: 'revoked', name: 'laptop' });
  thenRefused(old.when('key', 'k2', { type: 'resume' }), 'conflict');
});

test('a change of some fields leaves the others, and one of all leaves what can only be said once', () => {
  const stream = given(
    set('user', ada),
    set('key', { id: 'k1', userId: 'u1', name: 'a', tags: ['t'], status: 'active' }),
  );
  thenSet(stream.when('key', 'k1', change('key', { name: 'b' }, 'name')), { name: 'b', tags: ['t'], userId: 'u1' });
  thenSet(stream.when('key', 'k1', change('key', { name: 'b' })), { name: 'b', tags: [], userId: 'u1' });
  thenRefused(stream.when('key', 'k1', change('key', { userId: 'u2' }, 'user_id')), 'invalid_request', 'user_id');
  thenRefused(stream.when('key', 'k1', change('key', {}, 'status')), 'invalid_request', 'status');
  assert.equal(stream.when('key', 'k1', change('key', { name: 'a' }, 'name')).kind, 'unchanged');
  thenRefused(stream.when('key', 'none', change('key', { name: 'a' }, 'name')), 'not_found', 'id');
});

test('a change made from another version is refused', () => {
  const stream = given(set('user', ada), set('user', { ...ada, name: 'Bea' }));
  thenSet(stream.when('user', 'u1', change('user', { name: 'C' }, 'name'), 2), { name: 'C' });
  thenRefused(stream.when('user', 'u1', change('user', { name: 'C' }, 'name'), 1), 'precondition_failed');
  thenRefused(stream.when('limit', 'l1', change('limit', {}), 1), 'precondition_failed');
  thenRefused(stream.when('user', 'u1', change('user', { name: 'C' }, 'name'), 0), 'precondition_failed');
  const model = change('model', { id: 'm', targets: [] });
  assert.notEqual(stream.when('model', 'm', model, 0).kind, 'refused');
  thenRefused(given(set('model', { id: 'm' })).when('model', 'm', model, 0), 'precondition_failed');
});

test('what a resource refers to has to be there when it begins to refer to it', () => {
  const nobody = given();
  thenRefused(nobody.when('user', 'u1', creation('user', { name: 'A', teamId: 't' })), 'invalid_request', 'team_id');
  thenRefused(nobody.when('key', 'k1', creation('key', { userId: 'u1' })), 'not_found', 'user_id');
  const targets = [{ provider: 'p', model: '' }] as ResourceOf<'model'>['targets'];
  const model = change('model', { id: 'm', targets });
  thenRefused(nobody.when('model', 'm', model), 'invalid_request', 'targets[0].provider');
  const gone = given(set('model', { id: 'm', targets, status: 'active' }));
  thenSet(gone.when('model', 'm', change('model', { status: 'disabled' }, 'status')), { status: 'disabled' });
});

test('what others refer to is not deleted', () => {
  const stream = given(
    set('organisation', { id: 'o', name: 'O' }),
    set('team', { id: 't', name: 'T', organisationId: 'o' }),
    set('user', { ...ada, teamId: 't' }),
  );
  thenRefused(stream.when('organisation', 'o', { type: 'delete' }), 'conflict', 'id');
  thenRefused(stream.when('team', 't', { type: 'delete' }), 'conflict', 'id');
  const emptied = given(set('team', { id: 't', name: 'T' }), set('user', { ...ada, teamId: 't', status: 'deleted' }));
  assert.equal(emptied.when('team', 't', { type: 'delete' }).kind, 'removed');
});

test('users, keys and tokens stay in the books when they end, and change no more', () => {
  const stream = given(
    set('user', ada),
    set('key', { id: 'k1', userId: 'u1', status: 'active' }),
    set('token', { id: 't1', name: 'ci', role: 'auditor', status: 'active' }),
  );
  thenSet(stream.when('user', 'u1', { type: 'delete' }), { status: 'deleted' });
  thenSet(stream.when('key', 'k1', { type: 'delete' }), { status: 'revoked' });
  thenSet(stream.when('token', 't1', { type: 'delete' }), { status: 'revoked' });
  const over = given(
    set('user', { ...ada, status: 'deleted' }),
    set('key', { id: 'k1', userId: 'u1', status: 'revoked' }),
  );
  thenRefused(over.when('user', 'u1', { type: 'resume' }), 'conflict');
  thenRefused(over.when('key', 'k1', { type: 'rotate', overlapMs: 0 }), 'conflict');
  assert.equal(over.when('user', 'u1', { type: 'delete' }).kind, 'unchanged');
  assert.equal(over.when('key', 'k1', { type: 'revoke' }).kind, 'unchanged');
});

test('a rotated key keeps the hash of the one before for as long as it overlaps', () => {
  const stream = given(set('user', ada), set('key', { id: 'k1', userId: 'u1', status: 'active', keyHash: 'old hash' }));
  thenSet(stream.when('key', 'k1', { type: 'rotate', overlapMs: 3_600_000 }), {
    keyHash: 'new hash',
    previousKeyHash: 'old hash',
    previousKeyExpiresAt: '2026-11-28T13:00:00.000Z',
  });
  thenSet(stream.when('key', 'k1', { type: 'rotate', overlapMs: 0 }), {
    previousKeyHash: '',
    previousKeyExpiresAt: '',
  });
});

const limit: Fields<'limit'> = {
  id: 'l',
  subject: { kind: 'user', id: 'u1' } as NonNullable<ResourceOf<'limit'>['subject']>,
  unit: 'requests',
  period: 'day',
  amount: '10',
};

test('a limit is hard for money and requests, and a rate for tokens, unless it says otherwise', () => {
  const stream = given(set('user', ada));
  thenSet(stream.when('limit', 'l', change('limit', limit)), { kind: 'hard', generation: 1 });
  thenSet(stream.when('limit', 'l', change('limit', { ...limit, unit: 'tokens' })), { kind: 'rate' });
  thenSet(stream.when('limit', 'l', change('limit', { ...limit, kind: 'soft' })), { kind: 'soft' });
});

test("a limit's generation grows when it counts something else, and also over a removal", () => {
  const stream = given(set('user', ada), set('limit', { ...limit, kind: 'hard', generation: 3 }));
  thenSet(stream.when('limit', 'l', change('limit', { ...limit, amount: '20' })), { generation: 3, amount: '20' });
  for (const told of [{ models: 'gpt-*' }, { unit: 'cost' }, { period: 'hour' }, { kind: 'soft' }]) {
    thenSet(stream.when('limit', 'l', change('limit', { ...limit, ...told })), { generation: 4 });
  }
  const again = given(set('user', ada), set('limit', { ...limit, kind: 'hard', generation: 3 }), removed('limit', 'l'));
  thenSet(again.when('limit', 'l', change('limit', limit)), { generation: 4 });
});

test('a limit is of a subject there is, and a raise has an end to come', () => {
  const stream = given(set('user', ada));
  const of = (kind: string, id: string) =>
    stream.when(
      'limit',
      'l',
      change('limit', { ...limit, subject: { kind, id } as NonNullable<Fields<'limit'>['subject']> }),
    );
  thenRefused(of('user', 'nobody'), 'invalid_request', 'subject.id');
  thenRefused(of('gateway', 'x'), 'invalid_request', 'subject.id');
  thenRefused(of('tag', 'Not A Tag'), 'invalid_request', 'subject.id');
  thenRefused(of('planet', 'mars'), 'invalid_request', 'subject.kind');
  for (const [kind, id] of [
    ['gateway', ''],
    ['tag', 'vip'],
    ['user', 'u1'],
  ] as const)
    assert.equal(of(kind, id).kind, 'set');
  const raise = (told: Fields<'limit'>) => stream.when('limit', 'l', change('limit', { ...limit, ...told }));
  thenRefused(raise({ raisedAmount: '20' }), 'invalid_request', 'raised_until');
  thenRefused(raise({ raisedUntil: '2027-01-01T00:00:00Z' }), 'invalid_request', 'raised_amount');
  thenRefused(raise({ raisedAmount: '20', raisedUntil: '2026-01-01T00:00:00Z' }), 'invalid_request', 'raised_until');
  assert.equal(raise({ raisedAmount: '20', raisedUntil: '2027-01-01T00:00:00Z' }).kind, 'set');
  thenRefused(raise({ unit: 'requests', amount: '1.5' }), 'invalid_request', 'amount');
});

test('a provider has one key, and keeps a sealed one until another takes its place', () => {
  const openai = { id: 'p', kind: 'openai', baseUrl: 'https://api.example.com/v1', status: 'active', source: 'admin' };
  const stream = given(set('provider', { ...openai, sealedApiKey: 'sealed' }));
  const both = change('provider', { ...openai, apiKey: 'a', apiKeyRef: 'env:A' });
  thenRefused(stream.when('provider', 'p', both), 'invalid_request', 'api_key');
  thenSet(stream.when('provider', 'p', change('provider', { ...openai, priority: 2 })), { sealedApiKey: 'sealed' });
  thenSet(stream.when('provider', 'p', change('provider', { ...openai, apiKeyRef: 'env:A' })), { sealedApiKey: '' });
});

test('a key goes to no other host and kind than those it was given for', () => {
  const openai = { id: 'p', kind: 'openai', baseUrl: 'https://api.example.com/v1', status: 'active', source: 'admin' };
  const sealed = given(set('provider', { ...openai, sealedApiKey: 'sealed' }));
  const referred = given(set('provider', { ...openai, apiKeyRef: 'env:A' }));
  const when = (stream: typeof sealed, told: Fields<'provider'>, ...fields: string[]) =>
    stream.when('provider', 'p', change('provider', { ...openai, ...told }, ...fields));
  const elsewhere = { baseUrl: 'https://thief.example.com/v1' };
  const accountAt = (baseUrl: string, fields: object = {}) =>
    create(ProviderAccountSchema, { id: 'other', baseUrl, ...fields });
  for (const [told, field] of [
    [elsewhere, 'base_url'],
    [{ baseUrl: 'http://api.example.com/v1' }, 'base_url'],
    [{ kind: 'anthropic' }, 'kind'],
    [{ proxyUrl: 'http://thief.example.com:3128' }, 'proxy_url'],
    [{ caCertificates: 'of the thief' }, 'ca_certificates'],
    [{ accounts: [accountAt('https://thief.example.com/v1')] }, 'accounts'],
  ] satisfies readonly (readonly [Fields<'provider'>, string])[]) {
    thenSet(when(sealed, told, field), { sealedApiKey: '' });
    thenSet(when(sealed, told), { sealedApiKey: '' });
    thenRefused(when(referred, told, field), 'invalid_request', 'api_key_ref');
    thenSet(when(referred, { ...told, apiKeyRef: 'env:A' }, field, 'api_key_ref'), { apiKeyRef: 'env:A' });
    thenSet(when(referred, { ...told, apiKeyRef: 'env:A' }), { apiKeyRef: 'env:A' });
  }
  thenSet(when(sealed, { ...elsewhere, apiKey: 'new' }, 'base_url', 'api_key'), { apiKey: 'new', sealedApiKey: '' });
  thenSet(when(sealed, { baseUrl: 'https://api.example.com/v2' }, 'base_url'), { sealedApiKey: 'sealed' });
  thenSet(when(referred, { baseUrl: 'https://api.example.com/v2' }, 'base_url'), { apiKeyRef: 'env:A' });
  const withKey = accountAt('https://other.example.com/v1', { apiKeyRef: 'env:B' });
  thenSet(when(sealed, { accounts: [withKey] }, 'accounts'), { sealedApiKey: 'sealed' });
  thenSet(when(sealed, { accounts: [accountAt('')] }, 'accounts'), { sealedApiKey: 'sealed' });
});

test('an account keeps its sealed key where it is, and the key of no account goes elsewhere unasked', () => {
  const openai = { id: 'p', kind: 'openai', baseUrl: 'https://api.example.com/v1', status: 'active', source: 'admin' };
  const account = (fields: object = {}, id = 'a') => create(ProviderAccountSchema, { id, ...fields });
  const sealed = given(set('provider', { ...openai, accounts: [account({ sealedApiKey: 'sealed' })] }));
  const referred = given(set('provider', { ...openai, accounts: [account({ apiKeyRef: 'env:A' })] }));
  const when = (stream: typeof sealed, told: Fields<'provider'>, ...fields: string[]) =>
    stream.when('provider', 'p', change('provider', { ...openai, ...told }, ...fields));
  const kept = (decided: Decided) =>
    decided.kind === 'set' && decided.resource.case === 'provider'
      ? decided.resource.value.accounts.map(({ sealedApiKey }) => sealedApiKey)
      : decided.kind;
  assert.deepEqual(kept(when(sealed, { priority: 2 }, 'priority')), ['sealed']);
  assert.deepEqual(kept(when(sealed, { accounts: [account()] }, 'accounts')), 'unchanged');
  assert.deepEqual(kept(when(sealed, { accounts: [account({}, 'b'), account({ weight: 2 })] })), ['', 'sealed']);
  assert.deepEqual(kept(when(sealed, { accounts: [account({ sealedApiKey: 'mine' })] }, 'accounts')), 'unchanged');
  assert.deepEqual(kept(when(sealed, { accounts: [account({ sealedApiKey: 'mine' }, 'b')] }, 'accounts')), ['']);
  assert.deepEqual(kept(when(sealed, { accounts: [account({ apiKeyRef: 'env:A' })] }, 'accounts')), ['']);
  const elsewhere = 'https://thief.example.com/v1';
  assert.deepEqual(kept(when(sealed, { accounts: [account({ baseUrl: elsewhere })] }, 'accounts')), ['']);
  for (const [told, field] of [
    [{ baseUrl: elsewhere }, 'base_url'],
    [{ kind: 'anthropic' }, 'kind'],
    [{ proxyUrl: 'http://thief.example.com:3128' }, 'proxy_url'],
    [{ caCertificates: 'of the thief' }, 'ca_certificates'],
  ] satisfies readonly (readonly [Fields<'provider'>, string])[]) {
    assert.deepEqual(kept(when(sealed, told, field)), [''], field);
    thenRefused(when(referred, told, field), 'invalid_request', 'accounts');
    assert.deepEqual(kept(when(referred, { ...told, accounts: [account({ apiKeyRef: 'env:A' })] })), ['']);
  }
  const both = { accounts: [account({ apiKey: 'a', apiKeyRef: 'env:A' })] };
  thenRefused(when(referred, both, 'accounts'), 'invalid_request', 'accounts[0].api_key');
  assert.deepEqual(kept(when(referred, { priority: 2 }, 'priority')), ['']);
});

test('a provider’s own key does not follow an account that has lost its own by a move', () => {
  const openai = { id: 'p', kind: 'openai', baseUrl: 'https://api.example.com/v1', status: 'active', source: 'admin' };
  const account = (fields: object) => create(ProviderAccountSchema, { id: 'a', ...fields });
  const accounts = [account({ sealedApiKey: 'of the account' })];
  const moved = change('provider', { accounts: [account({ baseUrl: 'https://thief.example.com/v1' })] }, 'accounts');
  const sealed = given(set('provider', { ...openai, sealedApiKey: 'of the provider', accounts }));
  thenSet(sealed.when('provider', 'p', moved), { sealedApiKey: '' });
  const referred = given(set('provider', { ...openai, apiKeyRef: 'env:A', accounts }));
  thenRefused(referred.when('provider', 'p', moved), 'invalid_request', 'api_key_ref');
});

test('what cannot be sent, and secrets in the wrong place, are told when they are set', () => {
  const when = (told: Fields<'provider'>) =>
    given().when(
      'provider',
      'p',
      change('provider', { kind: 'openai', baseUrl: 'https://api.example.com/v1', ...told }),
    );
  const account = (fields: object) => ({ accounts: [create(ProviderAccountSchema, { id: 'a', ...fields })] });
  thenSet(when({ headers: { 'x-title': 'Gateway' } }), { headers: { 'x-title': 'Gateway' } });
  for (const [told, field] of [
    [{ headers: { authorization: 'Bearer sk' } }, 'headers'],
    [{ headers: { 'x a': 'v' } }, 'headers'],
    [account({ headers: { host: 'thief' } }), 'accounts[0].headers'],
    [account({ apiKeyRef: 'env:PGPASSWORD' }), 'accounts[0].api_key_ref'],
    [account({ baseUrl: 'http://169.254.169.254/v1' }), 'accounts[0].base_url'],
    [{ proxyUrl: 'http://169.254.169.254' }, 'proxy_url'],
    [{ proxyUrl: 'http://user:password@proxy.example.com' }, 'proxy_url'],
    [{ proxyUrl: 'http://proxy.example.com', proxyCredentialsRef: 'env:PGPASSWORD' }, 'proxy_credentials_ref'],
    [{ clientCertificate: 'PEM', clientKeyRef: 'env:PGPASSWORD' }, 'client_key_ref'],
    [{ clientCertificate: 'PEM' }, 'client_certificate'],
    [{ http2: true }, 'http2'],
  ] satisfies readonly (readonly [Fields<'provider'>, string])[]) {
    thenRefused(when(told), 'invalid_request', field);
  }
});

test('a provider is at no metadata service of a cloud, and its key in no place of the gateway', () => {
  const when = (told: Fields<'provider'>) =>
    given().when('provider', 'p', change('provider', { kind: 'openai', baseUrl: 'http://10.0.0.5/v1', ...told }));
  for (const host of ['169.254.169.254', '[fe80::1]', 'metadata.google.internal']) {
    thenRefused(when({ baseUrl: `http://${host}/v1` }), 'invalid_request', 'base_url');
  }
  for (const host of ['127.0.0.1:11434', 'localhost', '192.168.0.2'])
    assert.equal(when({ baseUrl: `http://${host}/v1` }).kind, 'set');
  thenRefused(when({ apiKeyRef: 'env:PGPASSWORD' }), 'invalid_request', 'api_key_ref');
  const old = { id: 'p', kind: 'openai', baseUrl: 'http://169.254.1.1/v1', apiKeyRef: 'env:PGPASSWORD' };
  const stream = given(set('provider', old));
  thenSet(stream.when('provider', 'p', change('provider', { status: 'disabled' }, 'status')), { status: 'disabled' });
});

test('prices name each unit and each tier once, and bands go up', () => {
  const price = (told: object) => given().when('price', 'openai/m', change('price', { id: 'openai/m', ...told }));
  const units = (...names: readonly string[]) => names.map((unit) => ({ unit, usdPerMillion: '1' }));
  assert.equal(price({ prices: units('input', 'output') }).kind, 'set');
  thenRefused(price({ prices: units('input', 'input') }), 'invalid_request', 'prices[1].unit');
  const bands = [
    { abovePromptTokens: 5, prices: units('input') },
    { abovePromptTokens: 5, prices: units('input') },
  ];
  thenRefused(price({ prices: units('input'), bands }), 'invalid_request', 'bands[1].above_prompt_tokens');
  const tiers = (...serviceTiers: readonly object[]) => price({ prices: units('input'), serviceTiers });
  const flex = { serviceTier: 'flex', prices: units('input'), bands: [] };
  assert.equal(tiers(flex, { ...flex, serviceTier: 'priority' }).kind, 'set');
  thenRefused(tiers(flex, flex), 'invalid_request', 'service_tiers[1].service_tier');
  thenRefused(tiers({ ...flex, serviceTier: 'default' }), 'invalid_request', 'service_tiers[0].service_tier');
  thenRefused(tiers({ ...flex, serviceTier: 'auto' }), 'invalid_request', 'service_tiers[0].service_tier');
  thenRefused(tiers({ ...flex, bands }), 'invalid_request', 'service_tiers[0].bands[1].above_prompt_tokens');
  thenRefused(
    tiers({ ...flex, prices: units('input', 'input') }),
    'invalid_request',
    'service_tiers[0].prices[1].unit',
  );
  thenRefused(
    given().when('price', 'm', change('price', { prices: units('input') as never })),
    'invalid_request',
    'id',
  );
});

test('there is one kind of settings, which is changed and neither created nor deleted', () => {
  const settings = change('settings', { multiplier: '1.2' }, 'multiplier');
  thenSet(given().when('settings', 'default', settings), { id: 'default', multiplier: '1.2' });
  thenRefused(given().when('settings', 'default', creation('settings', {})), 'conflict');
  thenRefused(given().when('settings', 'default', { type: 'delete' }), 'conflict');
});

test('who signs in at the console with an identity provider is for owners alone to say, and which secret that gets', () => {
  const oidc = (fields: object = {}) =>
    create(ConsoleOidcSchema, {
      issuer: 'https://login.example.com',
      clientId: 'gateway',
      rules: [{ group: 'admins', role: 'owner' }],
      ...fields,
    });
  const changing = (consoleOidc: ReturnType<typeof oidc>) => change('settings', { consoleOidc }, 'console_oidc');
  const theirs = givenTo(false, [set('settings', { id: 'default', consoleOidc: oidc() })]);
  thenSet(given().when('settings', 'default', changing(oidc())), { id: 'default', consoleOidc: oidc() });
  thenRefused(givenTo(false, []).when('settings', 'default', changing(oidc())), 'forbidden', 'console_oidc');
  thenRefused(theirs.when('settings', 'default', change('settings', {}, 'console_oidc')), 'forbidden', 'console_oidc');
  const other = changing(oidc({ rules: [{ group: 'everybody', role: 'owner' }] }));
  thenRefused(theirs.when('settings', 'default', other), 'forbidden', 'console_oidc');
  assert.equal(theirs.when('settings', 'default', change('settings', { multiplier: '2' }, 'multiplier')).kind, 'set');
  const referring = (clientSecretRef: string) =>
    given().when('settings', 'default', changing(oidc({ clientSecretRef })));
  for (const reference of ['env:OIDC_CLIENT_SECRET', 'file:/run/secrets/console/oidc']) {
    assert.equal(referring(reference).kind, 'set');
  }
  for (const reference of ['env:GATEWAY_ADMIN_TOKEN', 'env:GATEWAY_CLIENT_SECRET', 'env:OPENAI_API_KEY']) {
    thenRefused(referring(reference), 'invalid_request', 'console_oidc.client_secret_ref');
  }
});

test('a route is active, and is refused by the name of what can never hold, or holds a secret', () => {
  const route = (fields: Fields<'route'>) => resource('route', { id: 'r', models: ['*'], ...fields });
  const written = (fields: object) =>
    given().when('route', 'r', { type: 'update', resource: route(fields as Fields<'route'>), fields: [] });
  const header = (name: string, value = 'x') => ({ headers: [create(HeaderConditionSchema, { name, value })] });
  const hours = (from: string, to: string) => ({ hours: [create(RouteHoursSchema, { from, to })] });
  thenSet(written({ sharePercent: '2.5', ...header('X-Team'), ...hours('22:00', '06:00') }), { status: 'active' });
  const refused: readonly (readonly [object, string])[] = [
    [{ sharePercent: '5%' }, 'share_percent'],
    [{ sharePercent: '100.5' }, 'share_percent'],
    [{ shadow: create(ModelTargetSchema, { provider: 'gone' }) }, 'shadow.provider'],
    [{ shadowPercent: '5' }, 'shadow_percent'],
    [hours('8:00', '18:00'), 'hours[0].from'],
    [hours('08:00', '24:00'), 'hours[0].to'],
    [hours('08:00', '08:00'), 'hours[0].to'],
    [header('x team'), 'headers[0].name'],
    [header('Authorization'), 'headers[0].name'],
    [{ promptTokensMin: 10, promptTokensMax: 9 }, 'prompt_tokens_max'],
    [{ startsAt: '2026-11-28T12:00:00Z', endsAt: '2026-11-28T12:00:00Z' }, 'ends_at'],
  ];
  for (const [fields, param] of refused) thenRefused(written(fields), 'invalid_request', param);
});
