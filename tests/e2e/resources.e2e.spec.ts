import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterAll, describe, test } from '#testkit/test.ts';
import { install } from './support/install.ts';
import type { Customer } from './support/installation.ts';
import { until } from './support/until.ts';

/*
 * The administration of users, keys, limits, teams and providers as a script of an operator's uses it: over REST alone, with
 * the effect on what clients may do.
 */

const installation = await install();
const { admin } = installation;
afterAll(() => installation[Symbol.asyncDispose]());

type Document = Record<string, unknown> & { readonly id: string };
interface Page {
  readonly data: readonly Document[];
  readonly has_more: boolean;
}
interface Problem {
  readonly status: number;
  readonly code: string;
  readonly field?: string;
  readonly detail: string;
}

const post = <T = Document>(path: string, body: unknown = {}, headers = {}) =>
  admin.call<T>('POST', path, { body, headers });
const put = <T = Document>(path: string, body: unknown, headers = {}) => admin.call<T>('PUT', path, { body, headers });
const patch = <T = Document>(path: string, body: unknown, headers = {}) =>
  admin.call<T>('PATCH', path, { body, headers });
const get = <T = Document>(path: string) => admin.call<T>('GET', path);
const remove = <T = Document>(path: string) => admin.call<T>('DELETE', path);

/** A completion by hand: its status and its error's code, if it has one. */
async function complete(customer: Pick<Customer, 'apiKey'>, body: Record<string, unknown> = {}) {
  const { status, headers, document } = await admin.call<{ error?: { code: string; message: string } }>(
    'POST',
    '/v1/chat/completions',
    {
      token: customer.apiKey,
      body: { model: 'gpt-4o-mini', max_tokens: 16, messages: [{ role: 'user', content: 'Hello' }], ...body },
    },
  );
  return { status, headers, code: document.error?.code, message: document.error?.message ?? '' };
}

/** An id that no other test uses. */
const fresh = (what: string): string => `${what}-${randomUUID().slice(0, 8)}`;
const email = (): string => `${fresh('mail')}@example.com`;

describe('users', () => {
  test('are made with a username, changed in part, and listed by status', async () => {
    const { status, document } = await post('/admin/users', { username: 'Ada', email: email(), tags: ['vip'] });
    assert.equal(status, 201);
    assert.deepEqual([document['name'], document['status']], ['Ada', 'active']);
    const changed = await patch(`/admin/users/${document.id}`, { metadata: { cost_center: '7' }, multiplier: '2' });
    assert.equal(changed.status, 200);
    const read = (await get(`/admin/users/${document.id}`)).document;
    assert.deepEqual(
      [read['name'], read['metadata'], read['multiplier'], read['tags']],
      ['Ada', { cost_center: '7' }, '2', ['vip']],
    );
    const page = await get<Page>('/admin/users?status=suspended&limit=1000');
    assert.equal(page.status, 200);
    assert.ok(!page.document.data.some(({ id }) => id === document.id));
  });

  test('have an e-mail that no other user has, until they are deleted', async () => {
    const address = email();
    const first = await post('/admin/users', { name: 'One', email: address });
    const second = await post<Problem>('/admin/users', { name: 'Two', email: address.toUpperCase() });
    assert.deepEqual([second.status, second.document.code, second.document.field], [409, 'conflict', 'email']);
    assert.ok([200, 204].includes((await remove(`/admin/users/${first.document.id}`)).status));
    assert.equal((await post('/admin/users', { name: 'Two', email: address })).status, 201);
  });

  test('that are suspended have no key that works, and get them back', async () => {
    const customer = await installation.customer();
    assert.equal((await complete(customer)).status, 200);
    assert.equal((await patch(`/admin/users/${customer.userId}`, { status: 'suspended' })).status, 200);
    assert.ok([401, 403].includes((await complete(customer)).status));
    assert.equal((await post(`/admin/users/${customer.userId}/resume`)).status, 200);
    assert.equal((await complete(customer)).status, 200);
  });

  test('that are deleted keep their history, and their keys end', async () => {
    const customer = await installation.customer();
    assert.equal((await complete(customer)).status, 200);
    await remove(`/admin/users/${customer.userId}`);
    assert.equal((await complete(customer)).status, 401);
    const read = await get(`/admin/users/${customer.userId}`);
    assert.deepEqual([read.status, read.document['status']], [200, 'deleted']);
  });

  test('are not changed by who read an older version', async () => {
    const { document } = await post('/admin/users', { name: 'Ada' });
    const { headers } = await get(`/admin/users/${document.id}`);
    const etag = headers.get('etag') ?? '';
    assert.notEqual(etag, '');
    assert.equal((await patch(`/admin/users/${document.id}`, { name: 'B' }, { 'if-match': etag })).status, 200);
    const late = await patch<Problem>(`/admin/users/${document.id}`, { name: 'C' }, { 'if-match': etag });
    assert.deepEqual([late.status, late.document.code], [412, 'precondition_failed']);
  });

  test('are refused with the field as its writer wrote it', async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{}, 'name'],
      [{ name: '' }, 'name'],
      [{ name: 'A', email: 'nobody' }, 'email'],
      [{ name: 'A', colour: 'red' }, 'colour'],
      [{ name: 'A', status: 'asleep' }, 'status'],
      [{ name: 'A', team_id: 'no-such-team' }, 'team_id'],
      [{ name: 'A', multiplier: '0' }, 'multiplier'],
      [{ name: 'A', tags: 'vip' }, 'tags'],
    ];
    for (const [body, field] of cases) {
      const { status, headers, document } = await post<Problem>('/admin/users', body);
      assert.deepEqual([status, document.status, document.field], [400, 400, field], JSON.stringify(body));
      assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
      assert.ok(document.detail.length > 10);
    }
  });
});

describe('API keys', () => {
  test('are paused, resumed, rotated with an overlap, and revoked', async () => {
    const customer = await installation.customer();
    const path = `/admin/api-keys/${customer.keyId}`;
    assert.equal((await post(`${path}/pause`)).status, 200);
    assert.equal((await complete(customer)).status, 401);
    assert.equal((await post(`${path}/resume`)).status, 200);
    assert.equal((await complete(customer)).status, 200);
    const rotated = await post(`${path}/rotate`, { overlap_hours: 1 });
    const apiKey = String(rotated.document['api_key']);
    assert.match(apiKey, /^ak_[A-Za-z0-9]{64}$/);
    assert.equal((await complete({ apiKey })).status, 200);
    assert.equal((await complete(customer)).status, 200, 'the old key is valid for an hour more');
    await post(`${path}/rotate`, { overlap_hours: 0 });
    assert.equal((await complete({ apiKey })).status, 401);
    await post(`${path}/revoke`);
    assert.equal((await get(path)).document['status'], 'revoked');
  });

  test('expire at their time', async () => {
    const { userId } = await installation.customer();
    const soon = new Date(Date.now() + 2_000).toISOString();
    const { document } = await post('/admin/api-keys', { user_id: userId, expires_at: soon });
    const key = { apiKey: String(document['api_key']) };
    assert.equal((await complete(key)).status, 200);
    await until('the key to expire', async () => (await complete(key)).status === 401 || undefined);
    assert.equal((await get(`/admin/api-keys/${document.id}`)).document['status'], 'expired');
  });

  test('are for the models, endpoints and addresses they are allowed', async () => {
    const { userId } = await installation.customer();
    const keyWith = async (wishes: object) => {
      const { status, document } = await post('/admin/api-keys', { user_id: userId, ...wishes });
      assert.equal(status, 201);
      return { apiKey: String(document['api_key']) };
    };
    const claude = await keyWith({ allowed_models: ['claude-*'] });
    assert.deepEqual([(await complete(claude)).status, (await complete(claude)).code], [403, 'model_not_allowed']);
    assert.equal((await complete(claude, { model: 'claude-haiku-4-5' })).status, 200);
    const models = await admin.call<Page>('GET', '/v1/models', { token: claude.apiKey });
    assert.ok(models.document.data.length > 0);
    assert.ok(models.document.data.every(({ id }) => id.startsWith('claude-')));

    const openaiOnly = await keyWith({ allowed_providers: ['sim-openai'] });
    assert.equal((await complete(openaiOnly)).status, 200);
    assert.equal((await complete(openaiOnly, { model: 'claude-haiku-4-5' })).status, 403);

    assert.equal((await complete(await keyWith({ allowed_endpoints: ['/v1/models'] }))).status, 403);
    assert.equal((await complete(await keyWith({ allowed_addresses: ['10.0.0.0/8', '2001:db8::/32'] }))).status, 403);
    assert.equal((await complete(await keyWith({ allowed_addresses: ['127.0.0.0/8', '::1/128'] }))).status, 200);
  });
});

describe('a balance', () => {
  test('is debited as far as it is not spent, and a credit is taken back once', async () => {
    const customer = await installation.customer({ creditUsd: '1' });
    const path = `/admin/users/${customer.userId}/balance`;
    assert.equal((await post(path, { amount_usd: '-0.4', reason: 'slip' })).status, 200);
    const tooMuch = await post<Problem>(path, { amount_usd: '-0.7', reason: 'slip' });
    assert.deepEqual([tooMuch.status, tooMuch.document.code], [402, 'insufficient_balance']);
    const credit = await post(path, { amount_usd: '5', reason: 'wrong customer' });
    assert.equal((await post(`/admin/credits/${credit.document.id}/undo`)).status, 201);
    assert.ok((await post(`/admin/credits/${credit.document.id}/undo`)).status >= 400);
    assert.equal((await customer.balance()).available, 600_000_000n);
    const ledger = await get<Page>(`/admin/users/${customer.userId}/ledger`);
    assert.deepEqual(
      ledger.document.data.map((line) => [line['type'], line['amount_usd']]),
      [
        ['debit', '-5.00'],
        ['credit', '5.00'],
        ['debit', '-0.40'],
        ['credit', '1.00'],
      ],
    );
  });

  test("of a team pays for its members' requests, and a user's own comes first", async () => {
    const team = (await post('/admin/teams', { name: fresh('team') })).document;
    const member = await installation.customer({ creditUsd: '' });
    await patch(`/admin/users/${member.userId}`, { team_id: team.id });
    assert.equal((await complete(member)).status, 402);
    await post(`/admin/teams/${team.id}/balance`, { amount_usd: '1', reason: 'budget' });
    assert.equal((await complete(member)).status, 200);
    await installation.settled();
    const balance = (await get(`/admin/teams/${team.id}`)).document['balance'] as Record<string, string>;
    assert.ok(BigInt(balance['charged_nano_usd'] ?? '0') > 0n);
    assert.equal((await member.balance()).charged, 0n);
  });
});

describe('limits', () => {
  test('of requests refuse the next one by name, and say when to come again', async () => {
    const customer = await installation.customer();
    const id = fresh('limit');
    const limit = {
      subject: { kind: 'user', id: customer.userId },
      models: 'gpt-*',
      unit: 'requests',
      period: 'day',
      amount: 2,
      kind: 'hard',
    };
    assert.ok([200, 201].includes((await put(`/admin/limits/${id}`, limit)).status));
    assert.equal((await complete(customer)).status, 200);
    assert.equal((await complete(customer)).status, 200);
    const refused = await complete(customer);
    assert.deepEqual([refused.status, refused.code], [429, 'quota_exceeded']);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    assert.ok(refused.message.includes(id));
    assert.equal((await complete(customer, { model: 'claude-haiku-4-5' })).status, 200, 'another model');
    await installation.settled();
    const { document } = await get(`/admin/limits/${id}`);
    assert.deepEqual([document['amount'], document['used'], document['held'], document['left']], [2, 2, 0, 0]);
    assert.ok(Date.parse(String(document['resets_at'])) > Date.now());
    const listed = await get<Page>(`/admin/limits?subject_kind=user&subject_id=${customer.userId}`);
    assert.deepEqual(
      listed.document.data.map((each) => each.id),
      [id],
    );
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await put(`/admin/limits/${id}`, { ...limit, raised_amount: 3, raised_until: until });
    assert.equal((await complete(customer)).status, 200, 'raised');
    assert.equal((await complete(customer)).status, 429);
    await remove(`/admin/limits/${id}`);
    assert.equal((await complete(customer)).status, 200, 'removed');
  });

  test('of cost hold the most a request can cost and free what it did not', async () => {
    const customer = await installation.customer();
    const id = fresh('limit');
    const subject = { kind: 'key', id: customer.keyId };
    await put(`/admin/limits/${id}`, { subject, unit: 'cost', period: 'month', amount: '0.01', kind: 'hard' });
    for (let times = 0; times < 5; times += 1) assert.equal((await complete(customer)).status, 200);
    await installation.settled();
    const { document } = await get(`/admin/limits/${id}`);
    assert.deepEqual([document['amount'], Number(document['held'])], ['0.01', 0]);
    const { charged } = await customer.balance();
    assert.equal(BigInt(Math.round(Number(document['used']) * 1e9)), charged);
    await put(`/admin/limits/${id}`, { subject, unit: 'cost', period: 'month', amount: '0.000000001', kind: 'hard' });
    assert.equal((await complete(customer)).status, 429);
  });

  test('of tokens count what was used, and soft ones refuse nothing', async () => {
    const customer = await installation.customer();
    const subject = { kind: 'user', id: customer.userId };
    const [rate, soft] = [fresh('limit'), fresh('limit')];
    await put(`/admin/limits/${rate}`, { subject, unit: 'tokens', period: 'hour', amount: 200, kind: 'rate' });
    await put(`/admin/limits/${soft}`, { subject, unit: 'requests', period: 'hour', amount: 1, kind: 'soft' });
    const statuses: number[] = [];
    for (let times = 0; times < 15; times += 1) {
      statuses.push((await complete(customer)).status);
      await installation.settled();
    }
    assert.equal(statuses[0], 200);
    assert.equal(statuses.at(-1), 429);
    const { document } = await get(`/admin/limits/${rate}`);
    assert.ok(Number(document['used']) >= 30);
  });

  test('need a unit, a period and a subject there are', async () => {
    const good = { subject: { kind: 'gateway' }, unit: 'requests', period: 'day', amount: 1_000_000 };
    const cases: [Record<string, unknown>, string][] = [
      [{ ...good, unit: 'smiles' }, 'unit'],
      [{ ...good, period: 'fortnight' }, 'period'],
      [{ ...good, amount: -1 }, 'amount'],
      [{ ...good, amount: '1.5' }, 'amount'],
      [{ ...good, subject: { kind: 'planet' } }, 'subject.kind'],
      [{ ...good, subject: undefined }, 'subject'],
      [{ ...good, subject: { kind: 'user', id: 'nobody' } }, 'subject.id'],
    ];
    for (const [body, field] of cases) {
      const { status, document } = await put<Problem>(`/admin/limits/${fresh('limit')}`, body);
      assert.deepEqual([status, document.field], [400, field], JSON.stringify(body));
    }
  });
});

describe('providers, models and prices', () => {
  test('are in force within a second, without a restart', async () => {
    const customer = await installation.customer();
    const [provider, model] = [fresh('provider'), fresh('model')];
    const added = await put(`/admin/providers/${provider}`, {
      kind: 'openai',
      base_url: `${installation.simulatorUrl}/v1`,
      api_key_ref: 'env:PROVIDER_KEY',
      models: [model],
    });
    assert.ok([200, 201].includes(added.status));
    assert.equal((await complete(customer, { model })).status, 400, 'no price yet');
    const price = {
      prices: [
        { unit: 'input', usd_per_million: '1' },
        { unit: 'output', usd_per_million: '2' },
      ],
    };
    assert.ok([200, 201].includes((await put(`/admin/prices/${provider}/${model}`, price)).status));
    await until('the price to hold', async () => (await complete(customer, { model })).status === 200 || undefined);
    const alias = fresh('alias');
    await put(`/admin/aliases/${alias}`, { models: [model] });
    await until('the alias', async () => (await complete(customer, { model: alias })).status === 200 || undefined);
    const tested = await post<{ ok: boolean }>(`/admin/providers/${provider}/test`);
    assert.deepEqual([tested.status, tested.document.ok], [200, true]);
    await patch(`/admin/providers/${provider}`, { status: 'disabled' });
    await until('the provider to go', async () => (await complete(customer, { model })).status !== 200 || undefined);
    await remove(`/admin/aliases/${alias}`);
    assert.equal((await remove(`/admin/providers/${provider}`)).status < 300, true);
  });

  test('never show a key that was given', async () => {
    const id = fresh('provider');
    const secret = `sk-${fresh('secret')}`;
    await put(`/admin/providers/${id}`, { kind: 'openai', base_url: 'https://api.example.com/v1', api_key: secret });
    for (const path of [`/admin/providers/${id}`, '/admin/providers?limit=1000', '/admin/audit-log?limit=1000']) {
      const { status, document } = await get(path);
      assert.equal(status, 200);
      assert.ok(!JSON.stringify(document).includes(secret), path);
    }
    await remove(`/admin/providers/${id}`);
  });
});

describe('administrators', () => {
  test('may do what their role allows, and everything they do is on record', async () => {
    const token = async (role: string) => {
      const { status, document } = await post('/admin/admin-tokens', { name: fresh(role), role });
      assert.equal(status, 201);
      return { id: document.id, token: String(document['token']) };
    };
    const [auditor, billing, operator] = await Promise.all(['auditor', 'billing', 'operator'].map(token));
    const { userId } = await installation.customer();
    const as = (who: { token: string } | undefined, method: string, path: string, body?: unknown) =>
      admin.call<Document>(method, path, { token: who?.token ?? '', body }).then(({ status }) => status);
    assert.equal(await as(auditor, 'GET', '/admin/users'), 200);
    assert.equal(await as(auditor, 'POST', '/admin/users', { name: 'X' }), 403);
    assert.equal(await as(billing, 'POST', `/admin/users/${userId}/balance`, { amount_usd: '1', reason: 'r' }), 200);
    assert.equal(await as(billing, 'DELETE', `/admin/users/${userId}`), 403);
    assert.equal(await as(operator, 'POST', '/admin/users', { name: 'X' }), 201);
    assert.equal(await as(operator, 'POST', '/admin/admin-tokens', { name: 'X', role: 'owner' }), 403);
    const log = await get<Page>(`/admin/audit-log?actor=${billing?.id}`);
    const [entry] = log.document.data;
    assert.deepEqual([entry?.['role'], entry?.['actor']], ['billing', billing?.id]);
    await remove(`/admin/admin-tokens/${auditor?.id}`);
    assert.equal(await as(auditor, 'GET', '/admin/users'), 401);
  });

  test('are told of paths, methods and query parameters that do not exist', async () => {
    assert.equal((await get('/admin/nothing')).status, 404);
    assert.equal((await admin.call('PUT', '/admin/users', { body: {} })).status, 405);
    const { status, document } = await get<Problem>('/admin/users?days=3');
    assert.deepEqual([status, document.field], [400, 'days']);
  });

  test('find every route in the OpenAPI document', async () => {
    const { status, document } = await get<{ openapi: string; paths: Record<string, unknown> }>('/openapi.json');
    assert.equal(status, 200);
    assert.match(document.openapi, /^3\.1/);
    for (const path of ['/v1/chat/completions', '/v1/models', '/admin/users', '/admin/limits/{id}']) {
      assert.ok(path in document.paths, path);
    }
    const docs = await fetch(`${installation.gateway().url}/docs`);
    assert.equal(docs.status, 200);
  });
});
