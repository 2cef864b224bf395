import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { install } from './support/install.ts';

/* Signing in at the console: what opens a session, what it may do, and what ends it. */

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());

interface Told {
  readonly status: number;
  readonly document: Readonly<Record<string, string>> & { readonly error?: { readonly code: string } };
  readonly cookie: string;
}

const own = { 'x-gateway-console': '1', 'content-type': 'application/json' };

async function ask(
  method: string,
  path: string,
  { body, cookie = '', headers = own }: { body?: unknown; cookie?: string; headers?: Record<string, string> } = {},
): Promise<Told> {
  const response = await fetch(`${installation.gateway().url}${path}`, {
    method,
    headers: { ...headers, ...(cookie === '' ? {} : { cookie }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    document: JSON.parse(text || '{}') as Told['document'],
    cookie: response.headers.get('set-cookie') ?? '',
  };
}

const signIn = (body: unknown) => ask('POST', '/console/session', { body });
const cookieOf = ({ cookie }: Told): string => cookie.split(';')[0] ?? '';

async function token(fields: Readonly<Record<string, string>>): Promise<{ id: string; token: string }> {
  const { status, document } = await installation.admin.call<{ id: string; token: string }>(
    'POST',
    '/admin/admin-tokens',
    { body: { name: 'test', ...fields } },
  );
  assert.equal(status, 201, JSON.stringify(document));
  return document;
}

const soon = () => new Date(Date.now() + 600_000).toISOString();

test('the admin token opens a session, which does what its role may and ends with signing out', async () => {
  const opened = await signIn({ token: installation.gateway().adminToken });
  assert.equal(opened.status, 201);
  assert.match(opened.cookie, /^gateway_console=at_[^;]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
  assert.deepEqual([opened.document['role'], opened.document['opened_by']], ['owner', 'bootstrap']);
  assert.ok(!JSON.stringify(opened.document).includes('at_'), 'no script gets the token');
  const cookie = cookieOf(opened);
  assert.equal((await ask('GET', '/console/session', { cookie })).document['id'], opened.document['id']);
  const who = await ask('GET', '/admin/whoami', { cookie });
  assert.deepEqual([who.status, who.document['actor']], [200, opened.document['id']]);

  // Without the console's header, from another site, or as a bearer, it is nothing.
  for (const headers of [{}, { ...own, 'sec-fetch-site': 'cross-site' }]) {
    assert.equal((await ask('GET', '/admin/whoami', { cookie, headers })).status, 401);
  }
  const bearer = { authorization: `Bearer ${cookie.split('=')[1]}` };
  assert.equal((await ask('GET', '/admin/whoami', { headers: bearer })).status, 401);

  const out = await ask('DELETE', '/console/session', { cookie });
  assert.equal(out.status, 204);
  assert.match(out.cookie, /Max-Age=0/);
  assert.equal((await ask('GET', '/admin/whoami', { cookie })).status, 401);
});

test('a code opens one session, however many try it at once, and is no token', async () => {
  const { token: code } = await token({ role: 'operator', purpose: 'sign_in', expires_at: soon() });
  assert.equal((await ask('GET', '/admin/whoami', { headers: { authorization: `Bearer ${code}` } })).status, 401);
  const told = await Promise.all(Array.from({ length: 5 }, () => signIn({ code })));
  assert.deepEqual(told.map(({ status }) => status).sort(), [201, 401, 401, 401, 401]);
  const opened = told.find(({ status }) => status === 201);
  assert.equal(opened?.document['role'], 'operator');
  assert.equal((await signIn({ code })).status, 401);
});

test('a session has the rights of its token and ends with it', async () => {
  const auditor = await token({ role: 'auditor' });
  const cookie = cookieOf(await signIn({ token: auditor.token }));
  assert.equal((await ask('GET', '/admin/requests', { cookie })).status, 200);
  const body = { name: 'Ann', email: 'ann@example.org' };
  const refused = await ask('POST', '/admin/users', { cookie, body });
  assert.deepEqual([refused.status, refused.document.error?.code], [403, 'forbidden']);
  await installation.admin.call('DELETE', `/admin/admin-tokens/${auditor.id}`);
  assert.equal((await ask('GET', '/admin/requests', { cookie })).status, 401);
});

test('what is wrong opens nothing, and a code must end', async () => {
  for (const body of [{ token: 'at_wrong' }, { code: 'at_wrong' }, { token: '' }]) {
    assert.equal((await signIn(body)).status, 401);
  }
  assert.equal((await signIn({})).status, 400);
  const { status, document } = await installation.admin.call<{ error: { param: string } }>(
    'POST',
    '/admin/admin-tokens',
    { body: { name: 'for ever', role: 'owner', purpose: 'sign_in' } },
  );
  assert.deepEqual([status, document.error.param], [400, 'expires_at']);
});
