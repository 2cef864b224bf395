import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, test } from '#testkit/test.ts';
import { startConsole } from './support/start-console.ts';

/* What another page can make a browser do that is signed in here: nothing. And what tells the browser so. */

const { installation, browser, signedIn } = await startConsole({
  settings: { rateLimits: { trustedProxies: ['127.0.0.1'] } },
});

/** Another port of this host is another origin of the same site: it gets the cookie. Another name is another site. */
const other = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>other</title><body></body>');
});
await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
const { port } = other.address() as AddressInfo;
const origins = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
afterAll(() => {
  other.closeAllConnections();
  other.close();
});

async function tokenOf(fields: Readonly<Record<string, string>>): Promise<string> {
  const expires_at = new Date(Date.now() + 600_000).toISOString();
  const body = { name: 'test', expires_at, ...fields };
  return (await installation.admin.call<{ token: string }>('POST', '/admin/admin-tokens', { body })).document.token;
}

const logPosition = async (): Promise<number> => (await installation.stats()).log.position;

/** Posts a form that says JSON, as any page may, and waits until its answer is there. */
async function postForm(page: Page, origin: string, path: string, body: object): Promise<number> {
  await page.goto(origin);
  const answered = page.waitForResponse((response) => response.url().endsWith(path));
  const [name, value] = [JSON.stringify(body).slice(0, -1), '"}'];
  await page.evaluate(
    `(([action, name, value]) => {
      const form = document.createElement('form');
      Object.assign(form, { action, method: 'POST', enctype: 'text/plain' });
      const input = Object.assign(document.createElement('input'), { name, value });
      form.append(input);
      document.body.append(form);
      form.submit();
    })(${JSON.stringify([`${installation.gateway().url}${path}`, `${name},"x":"`, value])})`,
  );
  const status = (await answered).status();
  await page.waitForURL(`**${path}`);
  return status;
}

/** What a script of another page gets of a request with the browser's cookies: a status, or that it may not even see one. */
function fetched(page: Page, path: string, options: object): Promise<string> {
  const asked = JSON.stringify([`${installation.gateway().url}${path}`, { credentials: 'include', ...options }]);
  return page.evaluate<string>(
    `(([url, options]) => fetch(url, options).then(({ type, status }) => type === 'opaque' ? 'opaque' : String(status), () => 'refused'))(${asked})`,
  );
}

test('no form and no script of another page changes or reads anything, with the cookie of whoever is signed in', async () => {
  const { context, page } = await signedIn('owner');
  const { userId } = await installation.customer({ creditUsd: '' });
  const theirs = await context.newPage();
  const before = await logPosition();
  const json = { 'content-type': 'application/json', 'x-gateway-console': '1' };
  for (const origin of origins) {
    for (const path of ['/admin/users', '/admin/admin-tokens', `/admin/users/${userId}/suspend`]) {
      assert.equal(await postForm(theirs, origin, path, { name: 'planted', role: 'owner' }), 401, `${origin}: ${path}`);
    }
    await theirs.goto(origin);
    const body = JSON.stringify({ name: 'planted' });
    const post = { method: 'POST', body };
    assert.equal(await fetched(theirs, '/admin/users', { ...post, mode: 'no-cors' }), 'opaque');
    for (const [path, options] of [
      ['/admin/users', { ...post, headers: json }],
      ['/admin/users', { headers: { 'x-gateway-console': '1' } }],
      ['/admin/users', {}],
      ['/admin/settings', { method: 'PATCH', body, headers: json }],
      [`/admin/users/${userId}`, { method: 'DELETE' }],
      ['/console/session', { method: 'DELETE', headers: json }],
      ['/console/session', { headers: json }],
    ] as const) {
      assert.equal(await fetched(theirs, path, options), 'refused', `${origin}: ${path}`);
    }
  }
  assert.equal(await logPosition(), before, 'nothing stands in the log');
  await page.reload();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
});

test('no other page signs a browser in as somebody it knows', async () => {
  const { context, page } = await signedIn('auditor');
  const session = async () => JSON.stringify((await context.cookies()).map(({ name, value }) => [name, value]));
  const own = await session();
  const code = await tokenOf({ role: 'operator', purpose: 'sign_in' });
  const theirs = await context.newPage();
  for (const origin of origins) {
    assert.equal(await postForm(theirs, origin, '/console/session', { code }), 403, origin);
    await theirs.goto(origin);
    await fetched(theirs, '/console/session', { method: 'POST', mode: 'no-cors', body: JSON.stringify({ code }) });
  }
  assert.equal(await session(), own);
  await page.reload();
  await page.getByRole('navigation').getByText('auditor', { exact: true }).waitFor();
  // And the code is as good as it was.
  const fresh = await (await browser.newContext()).newPage();
  await fresh.goto(`${installation.gateway().url}/console/#sign-in=${code}`);
  await fresh.getByRole('navigation').getByText('operator', { exact: true }).waitFor();
});

test('the console is shown in no frame, and opens for nobody who keeps a handle of it', async () => {
  const { context } = await signedIn('owner');
  const { url } = installation.gateway();
  for (const origin of origins) {
    const theirs = await context.newPage();
    await theirs.goto(origin);
    const framed = theirs.waitForResponse((response) => response.url().startsWith(`${url}/console`));
    await theirs.evaluate(
      `document.body.append(Object.assign(document.createElement('iframe'), { src: '${url}/console/' }))`,
    );
    await framed;
    await theirs.waitForFunction('frames.length === 1');
    const frame = theirs.frames().at(-1);
    assert.equal(await frame?.locator('#console').count(), 0, origin);
    const [opened] = await Promise.all([
      context.waitForEvent('page'),
      theirs.evaluate(`globalThis.handle = open('${url}/console/'); 0`),
    ]);
    await opened.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    assert.equal(await opened.evaluate('opener'), null);
    assert.equal(await theirs.evaluate('handle.closed'), true, 'it is cut off');
  }
});

test('a page that would run or show what stands in itself is stopped by the browser, which the other tests would see', async () => {
  const { page, faults } = await signedIn('auditor');
  assert.deepEqual(faults, []);
  await page.evaluate(`(() => {
    document.head.append(Object.assign(document.createElement('script'), { textContent: 'globalThis.hasRun = true' }));
    document.head.append(Object.assign(document.createElement('style'), { textContent: 'body { display: none }' }));
    document.body.append(Object.assign(document.createElement('img'), { src: 'http://localhost:${port}/x.png' }));
  })()`);
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  assert.equal(await page.evaluate('typeof hasRun'), 'undefined');
  assert.equal(faults.length, 4, faults.join('\n'));
});

interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly token?: string;
  readonly body?: object;
}

async function headersOf({ path, method = 'GET', token, body }: Asked, isByTls: boolean): Promise<Headers> {
  const headers = {
    ...(isByTls ? { 'x-forwarded-proto': 'https' } : {}),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'x-gateway-console': '1' }),
  };
  const response = await fetch(`${installation.gateway().url}${path}`, {
    ...{ method, headers, redirect: 'manual' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  return response.headers;
}

test('every answer of the console and of administration tells a browser what it may do, and no cache keeps what is secret', async () => {
  const { adminToken } = installation.gateway();
  const html = await (await fetch(`${installation.gateway().url}/console/`)).text();
  assert.ok(!/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:/i.test(html), html);
  const [asset = ''] = /\/console\/assets\/[^"]+/.exec(html) ?? [];
  const files: readonly Asked[] = ['/console', '/console/users/nobody', '/console/icon.svg', asset].map((path) => ({
    path,
  }));
  const secret: readonly Asked[] = [
    { path: '/console/session', method: 'POST', body: { token: adminToken } },
    { path: '/console/sign-in-ways' },
    { path: '/console/oidc/start' },
    { path: '/console/oidc/callback?code=x&state=x' },
    { path: '/admin/whoami' },
    { path: '/admin/users', token: adminToken },
    { path: '/admin/users', token: adminToken, method: 'POST', body: { name: 'Ann' } },
    { path: '/admin/admin-tokens', token: adminToken, method: 'POST', body: { name: 'a', role: 'auditor' } },
  ];
  for (const isByTls of [false, true]) {
    for (const asked of [...files, ...secret]) {
      const headers = await headersOf(asked, isByTls);
      const what = `${asked.path} ${isByTls ? 'by TLS' : ''}`;
      const policy = headers.get('content-security-policy') ?? '';
      assert.ok(
        policy.includes("default-src 'none'") && policy.includes("frame-ancestors 'none'"),
        `${what}: ${policy}`,
      );
      assert.ok(!/unsafe|\*|https?:/.test(policy), `${what}: ${policy}`);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', what);
      assert.equal(headers.get('referrer-policy'), 'no-referrer', what);
      assert.equal(headers.get('access-control-allow-credentials'), null, what);
      assert.equal(headers.get('strict-transport-security') !== null, isByTls, what);
      for (const cookie of headers.getSetCookie()) {
        assert.match(
          cookie,
          isByTls ? /^__Host-[^;]+; Path=\/; HttpOnly; .*; Secure$/ : /^[a-z_]+=[^;]*; Path=\/[^;]*; HttpOnly; /,
          what,
        );
        assert.match(cookie, /; SameSite=(Strict|Lax);/, what);
      }
      if (files.includes(asked)) {
        assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', what);
        assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', what);
      } else assert.equal(headers.get('cache-control'), 'no-store', what);
    }
  }
});
