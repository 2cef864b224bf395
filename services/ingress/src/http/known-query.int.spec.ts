import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { ADMIN_TOKEN, API_KEY, startTestGateway, type TestGateway } from '../testing.ts';

interface Answer {
  readonly status: number;
  readonly error: { readonly code: string; readonly param: string | null; readonly message: string } | undefined;
}

async function ask(gateway: TestGateway, path: string, init: RequestInit = {}): Promise<Answer> {
  const token = path.startsWith('/admin') ? ADMIN_TOKEN : API_KEY;
  const response = await fetch(`${gateway.url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  const body = response.headers.get('content-type')?.includes('json') ? await response.json() : undefined;
  return { status: response.status, error: (body as { error?: Answer['error'] } | undefined)?.error };
}

test('a query parameter that a route does not take is refused by its name, with those it takes', async () => {
  await using gateway = await startTestGateway();
  const { status, error } = await ask(gateway, '/v1/usage?days=3');
  assert.deepEqual([status, error?.code, error?.param], [400, 'invalid_request', 'days']);
  assert.match(error?.message ?? '', /Unknown query parameter 'days': this URL takes 'from', 'to', 'group_by'\./);
  const users = await ask(gateway, '/admin/users?name=Ada&limit=2');
  assert.deepEqual([users.status, users.error?.param], [400, 'name']);
});

test('routes that read no query refuse any', async () => {
  await using gateway = await startTestGateway();
  const routes = ['/', '/admin/users/u1', '/health', '/health/stats', '/metrics'];
  for (const path of routes) {
    const { status, error } = await ask(gateway, `${path}?x=1`);
    assert.deepEqual([status, error?.param], [400, 'x'], path);
    assert.match(error?.message ?? '', /takes none/);
  }
  const created = await ask(gateway, '/admin/users?limit=1', { method: 'POST', body: '{}' });
  assert.deepEqual([created.status, created.error?.param], [400, 'limit'], 'what is taken by GET is not by POST');
});

test('what depends on who asks refuses what that client has no reason to send', async () => {
  await using gateway = await startTestGateway();
  for (const path of ['/v1/models', '/v1/models/gpt-test']) {
    assert.equal((await ask(gateway, `${path}?api-version=2024-10-21`)).status, 200);
    const { status, error } = await ask(gateway, `${path}?limit=1`);
    assert.deepEqual([status, error?.param], [400, 'limit'], path);
  }
});

test('a parameter that is given twice is refused: either could be meant', async () => {
  await using gateway = await startTestGateway();
  const { status, error } = await ask(gateway, '/v1/usage?from=2026-01-01&from=2026-02-01');
  assert.deepEqual([status, error?.param], [400, 'from']);
});

test('what is asked of a provider may have parameters of the SDK that asks', async () => {
  await using gateway = await startTestGateway();
  const body = JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: 'Hi' }] });
  for (const query of ['beta=true', 'api-version=2024-10-21']) {
    assert.equal((await ask(gateway, `/v1/chat/completions?${query}`, { method: 'POST', body })).status, 200);
  }
});

test('more of a made-up parameter is not repeated', async () => {
  await using gateway = await startTestGateway();
  const { error } = await ask(gateway, `/v1/usage?${'x'.repeat(5_000)}=1`);
  assert.ok((error?.message.length ?? 0) < 200);
});

test('a method that is not allowed is told the ones that are, and no pattern of a route', async () => {
  await using gateway = await startTestGateway();
  for (const [path, allow] of [
    ['/admin/users', 'POST, GET, HEAD, OPTIONS'],
    ['/v1/models/a/b', 'GET, HEAD, OPTIONS'],
    ['/admin/users/u1/balance', 'POST, OPTIONS'],
  ] as const) {
    const response = await fetch(`${gateway.url}${path}`, { method: 'DELETE' });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), allow);
    const { error } = (await response.json()) as { error: { message: string } };
    assert.equal(error.message, `DELETE is not allowed here: use ${allow}.`);
  }
});
