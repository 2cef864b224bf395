import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { createMemoryClaims } from '../idempotency/testing.ts';
import { ADMIN_TOKEN, model, startTestGateway, type TestGateway } from '../testing.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents are looked into as a client would, field by field.
type Document = any;

async function call(
  gateway: TestGateway,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: Document }> {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

const ann = { name: 'Ann', email: 'ann@example.org' };

describe('the admin API', () => {
  test('leads from a new user over credit and key to a completion, and back by revoking', async () => {
    await using gateway = await startTestGateway();
    const created = await call(gateway, 'POST', '/admin/users/', {
      ...ann,
      requests_per_minute: 60,
      multiplier: '1.25',
    });
    assert.equal(created.status, 201);
    assert.partialDeepStrictEqual(created.body, { ...ann, requests_per_minute: 60, multiplier: '1.25', keys: [] });
    const id = created.body.id;

    const credited = await call(gateway, 'POST', `/admin/users/${id}/balance`, {
      amount_usd: '10.50',
      reason: 'top-up',
    });
    assert.partialDeepStrictEqual(credited.body, { object: 'credit', user_id: id });
    assert.equal(credited.status, 200);
    assert.equal(credited.body.amount_usd, '10.50');
    assert.equal(credited.body.balance.available_nano_usd, '10500000000');

    const key = await call(gateway, 'POST', '/admin/api-keys', { user_id: id, name: 'laptop' });
    assert.equal(key.status, 201);
    assert.match(key.body.api_key, /^ak_.{64}$/);
    const complete = () =>
      fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.body.api_key}` },
        body: Buffer.from(JSON.stringify({ model: model.id, messages: [{ role: 'user', content: 'hi' }] })),
      });
    assert.equal((await complete()).status, 200);

    const shown = await call(gateway, 'GET', `/admin/users/${id}/`);
    assert.equal(shown.body.balance.available_usd, '10.50');
    assert.partialDeepStrictEqual(shown.body.keys, [{ id: key.body.id, name: 'laptop', revoked: false }]);
    assert.ok(!JSON.stringify(shown.body).includes(key.body.api_key));

    const revoked = await call(gateway, 'POST', `/admin/api-keys/${key.body.id}/revoke`);
    assert.equal(revoked.body.revoked, true);
    assert.equal((await complete()).status, 401);
  });

  test('is shut for everyone without the token', async () => {
    await using gateway = await startTestGateway();
    for (const authorization of ['', 'Bearer wrong', `Basic ${ADMIN_TOKEN}`, `Bearer ${ADMIN_TOKEN}x`]) {
      const answer = await call(gateway, 'GET', '/admin/users/', undefined, { authorization });
      assert.equal(answer.status, 401);
      assert.equal(answer.body.error.code, 'invalid_admin_token');
    }
  });

  test('does not open with an empty token', async () => {
    await assert.rejects(startTestGateway({ config: { adminToken: '' } }), /admin token must not be empty/);
  });

  test('refuses what is not exactly a user', async () => {
    await using gateway = await startTestGateway();
    const cases: readonly (readonly [unknown, string])[] = [
      [{ email: ann.email }, 'name'],
      [{ ...ann, name: 7 }, 'name'],
      [{ ...ann, email: 'nobody' }, 'email'],
      [{ ...ann, requests_per_minute: -1 }, 'requests_per_minute'],
      [{ ...ann, requests_per_minute: 1.5 }, 'requests_per_minute'],
      [{ ...ann, multiplier: 'twice' }, 'multiplier'],
      [{ ...ann, metadata: { a: 1 } }, 'metadata.a'],
      [{ ...ann, tags: ['ok', 5] }, 'tags[1]'],
      [{ ...ann, request_per_minute: 5 }, 'request_per_minute'],
    ];
    for (const [body, param] of cases) {
      const answer = await call(gateway, 'POST', '/admin/users/', body);
      assert.equal(answer.status, 400, JSON.stringify(body));
      assert.equal(answer.body.error.param, param);
    }
    assert.equal((await call(gateway, 'POST', '/admin/users/', '{')).body.error.code, 'invalid_json');
  });

  test('takes exact amounts only, as text and as numbers with all their digits', async () => {
    await using gateway = await startTestGateway();
    const { body: user } = await call(gateway, 'POST', '/admin/users/', ann);
    const credit = (amount: string) =>
      call(gateway, 'POST', `/admin/users/${user.id}/balance`, `{"amount_usd": ${amount}, "reason": "test"}`);
    for (const amount of ['1e3', '""', '" 1 x"', 'null', 'true', '"1.0000000001"', '99999999999', '{}']) {
      const answer = await credit(amount);
      assert.equal(answer.status, 400, amount);
      assert.equal(answer.body.error.param, 'amount_usd');
    }
    for (const [amount, creditedNanoUsd] of [
      ['"0.000000001"', '1'],
      ['0.1', '100000001'],
      ['10', '10100000001'],
      ['"-0.100000001"', '10000000000'],
    ] as const) {
      const answer = await credit(amount);
      assert.equal(answer.status, 200, amount);
      assert.equal(answer.body.balance.credited_nano_usd, creditedNanoUsd);
    }
  });

  test('does once what is asked twice with one Idempotency-Key', async () => {
    await using gateway = await startTestGateway();
    const key = (value: string) => ({ 'idempotency-key': value });
    const first = await call(gateway, 'POST', '/admin/users/', ann, key('user'));
    const second = await call(gateway, 'POST', '/admin/users/', ann, key('user'));
    assert.equal(first.body.id, second.body.id);
    const credit = () =>
      call(
        gateway,
        'POST',
        `/admin/users/${first.body.id}/balance`,
        { amount_usd: '1', reason: 'test' },
        key('credit'),
      );
    await credit();
    assert.equal((await credit()).body.balance.credited_usd, '1.00');
    assert.equal((await call(gateway, 'POST', '/admin/users/', ann, key('x'.repeat(300)))).status, 400);
  });

  test('refuses another body under an Idempotency-Key with 422, and lets one that was refused be mended', async () => {
    await using gateway = await startTestGateway();
    const key = { 'idempotency-key': 'k' };
    assert.equal((await call(gateway, 'POST', '/admin/users/', { ...ann, name: '' }, key)).status, 400);
    assert.equal((await call(gateway, 'POST', '/admin/users/', ann, key)).status, 201);
    const other = await call(gateway, 'POST', '/admin/users/', { ...ann, name: 'Bob' }, key);
    assert.deepEqual([other.status, other.body.error.code], [422, 'idempotency_key_reused']);
    // On another path it is another key.
    assert.equal((await call(gateway, 'POST', '/admin/api-keys/', { user_id: 'nobody' }, key)).status, 404);
  });

  test('gives an API key that was made before its answer was lost, and not a second one', async () => {
    const claims = createMemoryClaims();
    await using gateway = await startTestGateway({ claims });
    const user = (await call(gateway, 'POST', '/admin/users/', ann)).body;
    const create = () =>
      call(gateway, 'POST', '/admin/api-keys/', { user_id: user.id, name: 'a' }, { 'idempotency-key': 'k' });
    const first = await create();
    // As if the process had ended before it kept the answer.
    for (const row of claims.rows.values()) Object.assign(row, { state: 'running', isAlive: false });
    const second = await create();
    assert.equal(second.body.api_key, first.body.api_key);
    assert.equal((await call(gateway, 'GET', `/admin/users/${user.id}`)).body.keys.length, 1);
  });

  test('lists users in pages', async () => {
    await using gateway = await startTestGateway();
    for (const name of ['a', 'b', 'c']) await call(gateway, 'POST', '/admin/users', { ...ann, name });
    const first = await call(gateway, 'GET', '/admin/users/?limit=2');
    assert.deepEqual(
      first.body.data.map(({ name }: Document) => name),
      ['a', 'b'],
    );
    assert.equal(first.body.has_more, true);
    const rest = await call(gateway, 'GET', `/admin/users?limit=2&after=${first.body.last_id}`);
    assert.deepEqual(
      rest.body.data.map(({ name }: Document) => name),
      ['c'],
    );
    assert.equal(rest.body.has_more, false);
    for (const query of ['limit=x', 'limit=-1', 'limt=2', 'limit=1&limit=2', 'fields=name']) {
      assert.equal((await call(gateway, 'GET', `/admin/users?${query}`)).status, 400, query);
    }
  });

  test('answers 404 for users and keys that are not there', async () => {
    await using gateway = await startTestGateway();
    assert.equal((await call(gateway, 'GET', '/admin/users/nobody')).status, 404);
    const credit = { amount_usd: 1, reason: 'test' };
    assert.equal((await call(gateway, 'POST', '/admin/users/nobody/balance', credit)).status, 404);
    assert.equal((await call(gateway, 'POST', '/admin/api-keys', { user_id: 'nobody' })).status, 404);
    assert.equal((await call(gateway, 'POST', '/admin/api-keys/none/revoke')).status, 404);
  });

  test('names of the operator may hold slashes, encoded or not', async () => {
    await using gateway = await startTestGateway();
    const prices = { prices: [{ unit: 'input', usd_per_million: 0.15 }] };
    const created = await call(gateway, 'PUT', '/admin/prices/openai/gpt-4o-mini', prices);
    assert.deepEqual([created.status, created.body.id], [201, 'openai/gpt-4o-mini']);
    assert.equal(created.body.prices[0].usd_per_million, '0.15');
    const replaced = await call(gateway, 'PUT', '/admin/prices/openai%2Fgpt-4o-mini', prices);
    assert.deepEqual([replaced.status, replaced.headers.get('etag')], [200, '"2"']);
    assert.equal((await call(gateway, 'GET', '/admin/prices/openai/gpt-4o-mini')).status, 200);
    assert.equal((await call(gateway, 'POST', '/admin/prices/openai/gpt-4o-mini', prices)).status, 405);
    const deleted = await call(gateway, 'DELETE', '/admin/prices/openai/gpt-4o-mini');
    assert.deepEqual([deleted.status, deleted.body], [204, undefined]);
    assert.equal((await call(gateway, 'GET', '/admin/prices/openai/gpt-4o-mini')).status, 404);
  });

  test('changes what was read, and nothing that was changed since', async () => {
    await using gateway = await startTestGateway();
    const created = await call(gateway, 'POST', '/admin/users', ann);
    const path = `/admin/users/${created.body.id}`;
    const etag = (await call(gateway, 'GET', path)).headers.get('etag') ?? '';
    assert.equal(etag, created.headers.get('etag'));
    const changed = await call(gateway, 'PATCH', path, { name: 'Anna' }, { 'if-match': etag });
    assert.partialDeepStrictEqual(changed.body, { name: 'Anna', email: ann.email });
    for (const method of ['PATCH', 'DELETE']) {
      const late = await call(gateway, method, path, { name: 'Ann' }, { 'if-match': etag });
      assert.deepEqual([late.status, late.body.code], [412, 'precondition_failed'], method);
    }
    assert.equal((await call(gateway, 'PATCH', path, {}, { 'if-match': '*' })).status, 400);
    assert.equal((await call(gateway, 'PATCH', path, { name: 'A' }, { 'if-match': 'x' })).body.field, 'If-Match');
    assert.equal((await call(gateway, 'PATCH', path, { email: null })).body.email, null);
    assert.equal((await call(gateway, 'DELETE', path)).body.status, 'deleted');
  });

  test('sets what is not there yet, and overwrites nothing that is', async () => {
    await using gateway = await startTestGateway();
    const path = '/admin/prices/openai/gpt-4o-mini';
    const prices = { prices: [{ unit: 'input', usd_per_million: '0.15' }] };
    const ifNew = { 'if-match': '"0"' };
    assert.equal((await call(gateway, 'PUT', path, prices, ifNew)).status, 201);
    for (const method of ['PUT', 'DELETE']) {
      const late = await call(gateway, method, path, prices, ifNew);
      assert.deepEqual([late.status, late.body.code], [412, 'precondition_failed'], method);
    }
  });

  test('refuses If-Match where no version is looked at', async () => {
    await using gateway = await startTestGateway();
    const { body } = await call(gateway, 'POST', '/admin/users', ann);
    for (const [method, path, sent] of [
      ['POST', '/admin/users', { name: 'Bob' }],
      ['POST', `/admin/users/${body.id}/suspend`, {}],
      ['POST', `/admin/users/${body.id}/balance`, { amount_usd: '1', reason: 'test' }],
      ['GET', `/admin/users/${body.id}`, undefined],
    ] as const) {
      const refused = await call(gateway, method, path, sent, { 'if-match': '"1"' });
      assert.deepEqual([refused.status, refused.body.field], [400, 'If-Match'], path);
    }
    assert.equal((await call(gateway, 'GET', `/admin/users/${body.id}`)).body.status, 'active');
  });

  test('says what is wrong as a problem, with what older clients read', async () => {
    await using gateway = await startTestGateway();
    const answer = await call(gateway, 'PUT', '/admin/limits/l', { subject: { kind: 'planet', id: 'x' } });
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
    const { detail, request_id, ...rest } = answer.body;
    assert.match(detail, /'subject.kind' must be one of gateway/);
    assert.equal(request_id, answer.headers.get('x-request-id'));
    assert.deepEqual(rest, {
      type: 'urn:gateway:error:invalid_request',
      title: 'Invalid request',
      status: 400,
      code: 'invalid_request',
      field: 'subject.kind',
      error: { message: detail, type: 'invalid_request_error', param: 'subject.kind', code: 'invalid_request' },
    });
    assert.equal((await call(gateway, 'GET', '/admin/nothing')).body.code, 'not_found');
    assert.equal((await call(gateway, 'PUT', '/admin/users')).headers.get('allow'), 'POST, GET, HEAD, OPTIONS');
  });

  test('a personal token is its own caller, and may do what its role may', async () => {
    const find = (token: string) => (token === 'at_auditor' ? { id: 'token-1', role: 'auditor' as const } : undefined);
    await using gateway = await startTestGateway({ findAdminToken: find });
    const auditor = { authorization: 'Bearer at_auditor' };
    const shown = await call(gateway, 'GET', '/admin/whoami', undefined, auditor);
    assert.deepEqual(shown.body, { actor: 'token-1', role: 'auditor', expires_at: null });
    assert.deepEqual(gateway.admin.calls[0]?.caller, {
      actor: 'token-1',
      role: 'auditor',
      address: '127.0.0.1',
      requestId: shown.headers.get('x-request-id'),
    });
    const refused = await call(gateway, 'POST', '/admin/users', ann, auditor);
    assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden']);
    assert.equal(
      (await call(gateway, 'POST', '/admin/users', 'no JSON', auditor)).status,
      403,
      'before anything is read',
    );
    assert.equal(
      (await call(gateway, 'GET', '/admin/whoami', undefined, { authorization: 'Bearer at_x' })).status,
      401,
    );
    assert.equal((await call(gateway, 'GET', '/admin/whoami')).body.actor, 'bootstrap');
  });

  test('nobody is given the answer that another administrator had under the same Idempotency-Key', async () => {
    const find = (token: string) => (token === 'at_owner' ? { id: 'token-1', role: 'owner' as const } : undefined);
    await using gateway = await startTestGateway({ findAdminToken: find });
    const key = { 'idempotency-key': 'k' };
    const team = { name: 'a team' };
    const first = await call(gateway, 'POST', '/admin/teams', team, key);
    assert.equal((await call(gateway, 'POST', '/admin/teams', team, key)).headers.get('idempotent-replayed'), 'true');
    const other = await call(gateway, 'POST', '/admin/teams', team, { ...key, authorization: 'Bearer at_owner' });
    assert.equal(other.headers.get('idempotent-replayed'), null);
    assert.equal(first.status, 201);
    const put = () => call(gateway, 'PUT', '/admin/aliases/fast', { models: ['gpt-4o-mini'] }, key);
    assert.deepEqual([(await put()).status, (await put()).status], [201, 201], 'the same answer again');
    const drop = () => call(gateway, 'DELETE', '/admin/aliases/fast', undefined, key);
    assert.deepEqual([(await drop()).status, (await drop()).status], [204, 204]);
  });

  test('no cache keeps what administration answers, nor whom it refuses', async () => {
    await using gateway = await startTestGateway();
    for (const headers of [{}, { authorization: 'Bearer at_x' }]) {
      for (const path of ['/admin/users', '/admin/users/nobody', '/admin/whoami']) {
        const { headers: told } = await call(gateway, 'GET', path, undefined, headers);
        assert.equal(told.get('cache-control'), 'no-store', path);
      }
    }
  });

  test('a new key is in one answer, which no cache keeps', async () => {
    await using gateway = await startTestGateway();
    const user = (await call(gateway, 'POST', '/admin/users', ann)).body;
    const created = await call(gateway, 'POST', '/admin/api-keys', { user_id: user.id, allowed_models: ['gpt-*'] });
    assert.equal(created.headers.get('cache-control'), 'no-store');
    assert.match(created.body.api_key, /^ak_/);
    const shown = await call(gateway, 'GET', `/admin/api-keys/${created.body.id}`);
    assert.ok(!('api_key' in shown.body));
    assert.deepEqual(shown.body.allowed_models, ['gpt-*']);
  });
});
