import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { afterAll, test } from '#testkit/test.ts';
import type { Balance, KeyDocument, UserDocument } from './support/admin-api.ts';
import { install } from './support/install.ts';
import { openLogReader } from './support/log-reader.ts';

const installation = await install();
const { admin } = installation;
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
});

interface ErrorDocument {
  readonly error: { readonly code: string; readonly param: string | null; readonly message: string };
}

let graces = 0;
/** A user with an e-mail that no other one has. */
const newGrace = () => {
  graces += 1;
  return { name: 'Grace Hopper', email: `grace.hopper-${graces}@navy.example` };
};
const grace = newGrace();

async function createUser(body: object = newGrace(), headers: Record<string, string> = {}) {
  return admin.call<UserDocument>('POST', '/admin/users/', { body, headers });
}

async function createKey(userId: string, name = 'a key') {
  return admin.call<KeyDocument>('POST', '/admin/api-keys/', { body: { user_id: userId, name } });
}

test('a user is made with what was given, and read back', async () => {
  const { status, document } = await createUser({ ...grace, requests_per_minute: 60, multiplier: '1.25' });
  assert.equal(status, 201);
  const read = await admin.user(document.id);
  assert.deepEqual(read, document);
  assert.equal(read.name, grace.name);
  assert.equal(read.email, grace.email);
  assert.equal(read.requests_per_minute, 60);
  assert.equal(read.multiplier, '1.25');
  assert.equal(read.balance.available_nano_usd, '0');
  assert.deepEqual(read.keys, []);
});

test('users are listed page by page, each once', async () => {
  await createUser();
  await createUser();
  const seen: string[] = [];
  for (let after = ''; ; ) {
    const path = `/admin/users/?limit=2${after && `&after=${after}`}`;
    const { document } = await admin.call<{ data: UserDocument[]; has_more: boolean; last_id: string }>('GET', path);
    seen.push(...document.data.map(({ id }) => id));
    if (!document.has_more) break;
    after = document.last_id;
  }
  const created = (await log.events('ResourceSet')).flatMap(({ data }) => data.resource?.user?.id ?? []);
  assert.deepEqual([...seen].sort(), [...created].sort());
});

test('a balance is credited in exact decimals', async () => {
  const { id } = (await createUser()).document;
  for (const amount of ['0.000000001', '12.4', 3, 0.1]) {
    const { status } = await admin.call('POST', `/admin/users/${id}/balance`, { body: { amount_usd: amount } });
    assert.equal(status, 200);
  }
  const expected: Balance = { credited: 15_500_000_001n, charged: 0n, held: 0n, available: 15_500_000_001n };
  assert.deepEqual(await admin.balance(id), expected);
});

test('the same idempotency key makes one user and one credit, however often it is sent', async () => {
  const headers = { 'idempotency-key': 'invoice-77' };
  const ids = new Set<string>();
  const user = newGrace();
  for (let times = 0; times < 3; times += 1) ids.add((await createUser(user, headers)).document.id);
  assert.equal(ids.size, 1);
  const [id = ''] = ids;
  const credits = new Set<string>();
  for (let times = 0; times < 3; times += 1) {
    const path = `/admin/users/${id}/balance`;
    const { document } = await admin.call<{ id: string }>('POST', path, { body: { amount_usd: '5' }, headers });
    credits.add(document.id);
  }
  assert.equal(credits.size, 1);
  assert.equal((await admin.balance(id)).credited, 5_000_000_000n);
});

test('an idempotency key that comes with another amount is refused and credits nothing', async () => {
  const { id } = (await createUser()).document;
  const credit = (amount: string) =>
    admin.call<ErrorDocument>('POST', `/admin/users/${id}/balance`, {
      body: { amount_usd: amount },
      headers: { 'idempotency-key': 'invoice-78' },
    });
  assert.equal((await credit('5')).status, 200);
  const second = await credit('50');
  assert.deepEqual([second.status, second.document.error.code], [422, 'idempotency_key_reused']);
  assert.equal((await admin.balance(id)).credited, 5_000_000_000n);
});

test('a key is shown once, works at once, and is never shown again', async () => {
  const { id } = (await createUser()).document;
  const { status, document, headers } = await createKey(id, 'laptop');
  assert.equal(status, 201);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.match(document.api_key ?? '', /^ak_[A-Za-z0-9]{64}$/);
  assert.ok(document.api_key?.startsWith(document.prefix));
  const client = new OpenAI({ apiKey: document.api_key ?? '', baseURL: `${installation.gateway().url}/v1` });
  assert.ok((await client.models.list()).data.length > 0);
  const read = await admin.user(id);
  assert.deepEqual(
    read.keys.map((key) => [key.name, key.prefix, key.revoked]),
    [['laptop', document.prefix, false]],
  );
  assert.ok(!JSON.stringify(read).includes(document.api_key ?? ''));
});

test('a revoked key authenticates no longer, and revoking it again changes nothing', async () => {
  const { id } = (await createUser()).document;
  const { document: key } = await createKey(id);
  const { document: other } = await createKey(id);
  const client = (apiKey = '') =>
    new OpenAI({ apiKey, baseURL: `${installation.gateway().url}/v1`, maxRetries: 0 }).models.list();
  await client(key.api_key);
  for (const _time of [1, 2]) {
    const revoked = await admin.call<KeyDocument>('POST', `/admin/api-keys/${key.id}/revoke`);
    assert.deepEqual([revoked.status, revoked.document.revoked], [200, true]);
    await assert.rejects(client(key.api_key), OpenAI.AuthenticationError);
  }
  await client(other.api_key);
  const revocations = (await log.events('ResourceSet')).filter(
    ({ data }) => data.resource?.key?.id === key.id && data.by?.action === 'revoke',
  );
  assert.equal(revocations.length, 1);
});

test('nobody but the bearer of the admin token gets in', async () => {
  const { apiKey } = await installation.customer();
  for (const token of ['', 'wrong', apiKey, `${installation.gateway().adminToken}x`]) {
    for (const [method, path] of [
      ['GET', '/admin/users/'],
      ['POST', '/admin/users/'],
      ['POST', '/admin/api-keys/'],
    ] as const) {
      const { status, document } = await admin.call<ErrorDocument>(method, path, { token });
      assert.deepEqual([status, document.error.code], [401, 'invalid_admin_token']);
    }
  }
});

const wrong: readonly (readonly [string, object, string])[] = [
  ['a user without a name', { email: grace.email }, 'name'],
  ['an e-mail that is none', { ...grace, email: 'nobody' }, 'email'],
  ['a misspelt field', { ...grace, request_per_minute: 5 }, 'request_per_minute'],
  ['a negative quota', { ...grace, requests_per_minute: -1 }, 'requests_per_minute'],
  ['a multiplier of nothing', { ...grace, multiplier: 0 }, 'multiplier'],
];
for (const [what, body, param] of wrong) {
  test(`${what} is refused, with the field's name`, async () => {
    const { status, document } = await admin.call<ErrorDocument>('POST', '/admin/users/', { body });
    assert.deepEqual([status, document.error.code, document.error.param], [400, 'invalid_request', param]);
  });
}

for (const amount of ['0', '1e3', '0.0000000001', null, '99999999999']) {
  test(`a credit of ${JSON.stringify(amount)} is refused`, async () => {
    const { id } = (await createUser()).document;
    const path = `/admin/users/${id}/balance`;
    const { status, document } = await admin.call<ErrorDocument>('POST', path, { body: { amount_usd: amount } });
    assert.deepEqual([status, document.error.param], [400, 'amount_usd']);
    assert.equal((await admin.balance(id)).credited, 0n);
  });
}

test('what is not there is a 404', async () => {
  const nobody = '00000000-0000-4000-8000-000000000000';
  const answers = await Promise.all([
    admin.call('GET', `/admin/users/${nobody}`),
    admin.call('POST', `/admin/users/${nobody}/balance`, { body: { amount_usd: '1' } }),
    admin.call('POST', `/admin/api-keys/${nobody}/revoke`),
    createKey(nobody),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [404, 404, 404, 404],
  );
});
