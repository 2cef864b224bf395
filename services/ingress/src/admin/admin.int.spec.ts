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
): Promise<{ status: number; body: Document }> {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  return { status: response.status, body: await response.json() };
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
      [{ ...ann, request_per_minute: 5 }, 'request_per_minute'],
    ];
    for (const [body, param] of cases) {
      const answer = await call(gateway, 'POST', '/admin/users/', body);
      assert.equal(answer.status, 400, JSON.stringify(body));
      assert.equal(answer.body.error.param, param);
    }
    assert.equal((await call(gateway, 'POST', '/admin/users/', '{')).body.error.code, 'invalid_json');
  });

  test('takes exact amounts only', async () => {
    await using gateway = await startTestGateway();
    const { body: user } = await call(gateway, 'POST', '/admin/users/', ann);
    for (const amount of [
      '0',
      0,
      -5,
      '-1',
      10.5,
      '1e3',
      '',
      ' 1',
      null,
      true,
      '1.0000000001',
      '1000000.01',
      '99999999999',
    ]) {
      const answer = await call(gateway, 'POST', `/admin/users/${user.id}/balance`, { amount_usd: amount });
      assert.equal(answer.status, 400, JSON.stringify(amount));
      assert.equal(answer.body.error.param, 'amount_usd');
    }
    const tiny = await call(gateway, 'POST', `/admin/users/${user.id}/balance`, { amount_usd: '0.000000001' });
    assert.equal(tiny.body.balance.credited_nano_usd, '1');
    const whole = await call(gateway, 'POST', `/admin/users/${user.id}/balance`, { amount_usd: 3 });
    assert.equal(whole.body.balance.credited_usd, '3.000000001');
  });

  test('does once what is asked twice with one Idempotency-Key', async () => {
    await using gateway = await startTestGateway();
    const key = (value: string) => ({ 'idempotency-key': value });
    const first = await call(gateway, 'POST', '/admin/users/', ann, key('user'));
    const second = await call(gateway, 'POST', '/admin/users/', ann, key('user'));
    assert.equal(first.body.id, second.body.id);
    const credit = () =>
      call(gateway, 'POST', `/admin/users/${first.body.id}/balance`, { amount_usd: '1' }, key('credit'));
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
    assert.equal((await call(gateway, 'GET', '/admin/users?limit=0')).status, 400);
  });

  test('answers 404 for users and keys that are not there', async () => {
    await using gateway = await startTestGateway();
    assert.equal((await call(gateway, 'GET', '/admin/users/nobody')).status, 404);
    assert.equal((await call(gateway, 'POST', '/admin/users/nobody/balance', { amount_usd: 1 })).status, 404);
    assert.equal((await call(gateway, 'POST', '/admin/api-keys', { user_id: 'nobody' })).status, 404);
    assert.equal((await call(gateway, 'POST', '/admin/api-keys/none/revoke')).status, 404);
  });
});
