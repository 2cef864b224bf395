import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { install } from './support/install.ts';
import { until } from './support/until.ts';

/* What the console asks, in a session of it: the answers are the same, whatever the gateway is made of. */

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());

const ofConsole = { 'x-gateway-console': '1', 'content-type': 'application/json' };

async function openSession(role: string): Promise<string> {
  const expires_at = new Date(Date.now() + 600_000).toISOString();
  const made = await installation.admin.call<{ token: string }>('POST', '/admin/admin-tokens', {
    body: { name: 'test', role, purpose: 'sign_in', expires_at },
  });
  const body = JSON.stringify({ code: made.document.token });
  const url = `${installation.gateway().url}/console/session`;
  const opened = await until('the link to be known', async () => {
    const response = await fetch(url, { method: 'POST', headers: ofConsole, body });
    await response.arrayBuffer();
    return response.status === 201 ? response : undefined;
  });
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
  await until('the session to be known', async () => (await ask(cookie, '/admin/whoami')).status === 200 || undefined);
  return cookie;
}

async function ask<T = Readonly<Record<string, never>>>(cookie: string, path: string, method = 'GET') {
  const response = await fetch(`${installation.gateway().url}${path}`, { method, headers: { ...ofConsole, cookie } });
  const text = await response.text();
  return { status: response.status, document: JSON.parse(text) as T };
}

/** Small enough for a number of the test's. */
function nanoOf(amountUsd: string): number {
  return Math.round(Number(amountUsd) * 1e9);
}

interface List<T> {
  readonly data: readonly T[];
}

const operator = await openSession('operator');
const { client, userId } = await installation.customer();
const messages = [{ role: 'user' as const, content: 'Hi' }];
const answered = await client.chat.completions.create({ model: 'gpt-4o-mini', messages }).withResponse();
const requestId = answered.response.headers.get('x-request-id') ?? '';
await installation.settled();

test('a request is listed, and told from the log to its last price line', async () => {
  const listed = await ask<List<{ id: string; user_id: string }>>(operator, `/admin/requests?request_id=${requestId}`);
  assert.deepEqual(
    listed.document.data.map(({ id, user_id }) => [id, user_id]),
    [[requestId, userId]],
  );
  const told = await ask<{ charge: { amount_usd: string }; events: readonly { type: string }[] }>(
    operator,
    `/admin/requests/${requestId}/explanation`,
  );
  assert.equal(told.status, 200, JSON.stringify(told.document));
  const { charged } = await installation.admin.balance(userId);
  assert.ok(charged > 0n);
  assert.equal(nanoOf(told.document.charge.amount_usd), Number(charged));
  assert.equal((await ask(operator, '/admin/requests/nobody/explanation')).status, 404);
});

test('the log is verified to its head', async () => {
  const { status, document } = await ask<{ checked: number; is_at_head: boolean; violations: readonly object[] }>(
    operator,
    '/admin/log/verification',
  );
  assert.equal(status, 200, JSON.stringify(document));
  assert.deepEqual([document.is_at_head, document.violations], [true, []], JSON.stringify(document));
  assert.ok(document.checked > 0);
});

test('use is added up, and equals what the balance was charged', async () => {
  const report = await ask<{ lines: readonly { value: string; requests: number; amount_usd: string }[] }>(
    operator,
    `/admin/usage-report?user_id=${userId}&group_by=model`,
  );
  assert.equal(report.status, 200, JSON.stringify(report.document));
  const { charged } = await installation.admin.balance(userId);
  assert.deepEqual(
    report.document.lines.map(({ value, requests, amount_usd }) => [value, Number(requests), nanoOf(amount_usd)]),
    [['gpt-4o-mini', 1, Number(charged)]],
  );
});

test('models that are offered, prices, health and stuck events are listed', async () => {
  const models = await ask<List<{ id: string }>>(operator, '/admin/offered-models?search=gpt-4o-mini');
  assert.ok(models.document.data.some(({ id }) => id === 'gpt-4o-mini'));
  const prices = await ask<List<{ id: string }>>(operator, '/admin/price-book?search=gpt-4o-mini');
  assert.ok(prices.document.data.some(({ id }) => id === 'openai/gpt-4o-mini'));
  const health = await ask<{ providers: readonly { id: string }[] }>(operator, '/admin/provider-health');
  assert.ok(
    health.document.providers.some(({ id }) => id === 'sim-openai'),
    JSON.stringify(health.document),
  );
  const stuck = await ask<{ dead_letters: readonly object[]; unanswered: readonly string[] }>(
    operator,
    '/admin/dead-letters',
  );
  assert.equal(stuck.status, 200);
  assert.deepEqual([stuck.document.dead_letters, stuck.document.unanswered], [[], []], 'every process was asked');
  const retried = await ask(operator, '/admin/dead-letters/retry', 'POST');
  assert.equal(retried.status, 200, JSON.stringify(retried.document));
  assert.equal((await ask(await openSession('auditor'), '/admin/dead-letters/retry', 'POST')).status, 403);
});

test('the console is served beside it, or says that it is not built, and says how one signs in', async () => {
  const { url } = installation.gateway();
  for (const path of ['/console', '/console/requests']) {
    const response = await fetch(`${url}${path}`);
    assert.ok([200, 503].includes(response.status), path);
    assert.match(await response.text(), /<title>AI API gateway<\/title>/);
  }
  assert.deepEqual((await ask(operator, '/console/sign-in-ways')).document, { object: 'console_sign_in', oidc: null });
});
