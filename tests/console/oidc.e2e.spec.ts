import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { startOidcIssuer } from '#testkit/oidc-issuer.ts';
import { afterAll, test } from '#testkit/test.ts';
import { seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Signing in at the console with an identity provider, in a real browser, at a real issuer. */

const SECRET = 'a canary of a client secret';
const issuer = await startOidcIssuer();
const { installation, browser } = await startConsole({ environment: { CONSOLE_CLIENT_SECRET: SECRET } });
afterAll(() => issuer[Symbol.asyncDispose]());

const { url } = installation.gateway();
const callback = `${url}/console/oidc/callback`;
issuer.registers({ id: 'gateway-console', secret: SECRET, redirectUris: [callback] });
const verified = { email_verified: true };
issuer.people.set('Olga', {
  sub: 'olga-1',
  groups: ['staff', 'gateway-owners'],
  email: 'olga@example.org',
  ...verified,
});
issuer.people.set('Otto', {
  sub: 'otto@example.org',
  groups: ['gateway-operators'],
  email: 'otto@example.org',
  ...verified,
});
issuer.people.set('Ada', { sub: 'ada|7', groups: 'auditors', email: 'ada@example.org', ...verified });
issuer.people.set('Nora', { sub: 'nora', groups: ['staff'], email: 'nora@example.org', ...verified });
issuer.people.set('Eve', { sub: 'eve', groups: ['gateway-owners'], email: 'eve@example.org', email_verified: false });
issuer.people.set('Out', { sub: 'out', groups: ['gateway-owners'], email: 'out@elsewhere.org', ...verified });

const oidc = {
  issuer: issuer.url,
  client_id: 'gateway-console',
  client_secret_ref: 'env:CONSOLE_CLIENT_SECRET',
  name: 'Example Login',
  allowed_domains: ['example.org'],
  rules: [
    { group: 'gateway-owners', role: 'owner' },
    { group: 'gateway-operators', role: 'operator' },
    { group: 'auditors', role: 'auditor' },
  ],
};

async function setOidc(console_oidc: object | null): Promise<void> {
  const { status, document } = await installation.admin.call('PATCH', '/admin/settings', { body: { console_oidc } });
  assert.equal(status, 200, JSON.stringify(document));
}
await setOidc(oidc);

async function visit(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(`${url}/console/`);
  return page;
}

async function signInAs(person: string, page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Sign in with Example Login' }).click();
  await page.getByRole('link', { name: person }).click();
}

async function sessionOf(page: Page): Promise<{ role: string; opened_by: string }> {
  const text = await page.evaluate<string>(
    `fetch('/console/session', { headers: { 'x-gateway-console': '1' } }).then((each) => each.text())`,
  );
  return JSON.parse(text) as { role: string; opened_by: string };
}

test('each person gets the role of the first rule that fits, and signs out again', async () => {
  for (const [person, role, openedBy] of [
    ['Olga', 'owner', /^oidc:olga-1$/],
    ['Otto', 'operator', /^oidc:hmac:[0-9a-f]{64}$/],
    ['Ada', 'auditor', /^oidc:hmac:[0-9a-f]{64}$/],
  ] as const) {
    const page = await visit();
    await signInAs(person, page);
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    assert.equal(page.url(), `${url}/console/`, 'no code and no state stays in the address');
    const session = await sessionOf(page);
    assert.equal(session.role, role);
    assert.match(session.opened_by, openedBy);
    assert.equal(await page.getByRole('link', { name: 'Users' }).count(), 1);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in with Example Login' }).waitFor();
    await page.context().close();
  }
});

test('whom no rule fits, or who is of no allowed and verified domain, is told so', async () => {
  for (const [person, words] of [
    ['Nora', /none of your groups has a role here/],
    ['Eve', /no domain that may sign in here/],
    ['Out', /no domain that may sign in here/],
  ] as const) {
    const page = await visit();
    await signInAs(person, page);
    await page.getByRole('alert').filter({ hasText: words }).waitFor();
    assert.equal((await page.context().cookies()).filter(({ value }) => value !== '').length, 0);
    await page.context().close();
  }
});

test('an id token that has expired, is for another audience, of another issuer or another sign-in opens nothing', async () => {
  const nowS = Math.floor(Date.now() / 1_000);
  for (const instead of [
    { exp: nowS - 600, iat: nowS - 900 },
    { aud: 'another-client' },
    { aud: ['gateway-console', 'another-client'] },
    { azp: 'another-client' },
    { iss: 'https://elsewhere.example.com' },
    { nonce: 'of another sign-in' },
    { sub: '' },
  ]) {
    issuer.instead = instead;
    const page = await visit();
    await signInAs('Olga', page);
    await page.getByRole('alert').filter({ hasText: 'did not sign you in' }).waitFor();
    assert.equal(
      (await page.context().cookies()).filter(({ value }) => value !== '').length,
      0,
      JSON.stringify(instead),
    );
    await page.context().close();
  }
  issuer.instead = {};
});

/** What a browser has in hand once it comes back: the sealed state, and the address with the code. */
async function returning(): Promise<{ readonly cookie: string; readonly back: string }> {
  const started = await fetch(`${url}/console/oidc/start`, { redirect: 'manual' });
  assert.equal(started.status, 303);
  const [set = ''] = started.headers.getSetCookie();
  assert.match(set, /; Path=\/console\/oidc; HttpOnly; SameSite=Lax; Max-Age=600$/);
  const asked = `${started.headers.get('location')}&person=Olga`;
  const back = (await fetch(asked, { redirect: 'manual' })).headers.get('location') ?? '';
  return { cookie: set.split(';')[0] ?? '', back };
}

async function comeBack(back: string, cookie: string): Promise<string> {
  const answer = await fetch(back, { redirect: 'manual', headers: { cookie } });
  assert.equal(answer.status, 303);
  const opened = answer.headers.getSetCookie().some((each) => each.startsWith('gateway_console=at_'));
  return `${answer.headers.get('location')} ${opened ? 'opened' : 'not opened'}`;
}

test('a code holds once, with the state it was begun with, and in the browser that began', async () => {
  const expired = '/console/#sign-in-problem=expired not opened';
  const refused = '/console/#sign-in-problem=refused not opened';
  const { cookie, back } = await returning();
  const changed = (name: string, value: string): string => {
    const address = new URL(back);
    address.searchParams.set(name, value);
    return address.href;
  };
  assert.equal(await comeBack(back, ''), expired);
  assert.equal(await comeBack(back, `${cookie}x`), expired);
  assert.equal(await comeBack(changed('state', 'wrong'), cookie), expired);
  assert.equal(await comeBack(back, (await returning()).cookie), expired);
  assert.equal(await comeBack(changed('iss', 'https://elsewhere.example.com'), cookie), refused);
  assert.equal(await comeBack(changed('code', 'made-up'), cookie), refused);
  assert.equal(await comeBack(changed('error', 'access_denied'), cookie), refused);
  assert.equal(await comeBack(back, cookie), '/console/ opened');
  assert.equal(await comeBack(back, cookie), refused);
});

test('a code of another sign-in does not fit: its verifier is missing', async () => {
  const [one, other] = [await returning(), await returning()];
  const mixed = new URL(one.back);
  mixed.searchParams.set('code', new URL(other.back).searchParams.get('code') ?? '');
  assert.equal(await comeBack(mixed.href, one.cookie), '/console/#sign-in-problem=refused not opened');
});

test('only an owner says who is one; without the settings sessions end and nothing is offered', async () => {
  const page = await visit();
  await signInAs('Otto', page);
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  const rules = JSON.stringify({ console_oidc: { ...oidc, rules: [{ group: 'gateway-operators', role: 'owner' }] } });
  const status = await page.evaluate<number>(
    `fetch('/admin/settings', { method: 'PATCH', body: ${JSON.stringify(rules)},
      headers: { 'x-gateway-console': '1', 'content-type': 'application/json' } }).then((each) => each.status)`,
  );
  assert.equal(status, 403);
  await setOidc(null);
  await page.reload();
  await page.getByLabel('Admin token').waitFor();
  assert.equal(await page.getByRole('link', { name: /Sign in with/ }).count(), 0);
  const { cookie, back } = await returningWithout();
  assert.equal(await comeBack(back, cookie), '/console/#sign-in-problem=off not opened');
  await setOidc(oidc);
  await page.context().close();
});

async function returningWithout(): Promise<{ readonly cookie: string; readonly back: string }> {
  return { cookie: 'gateway_console_oidc=x', back: `${callback}?code=x&state=x` };
}

test('an issuer that is away is told of without its secrets, and the page is free of serious faults', async () => {
  await setOidc({ ...oidc, issuer: 'http://127.0.0.1:9' });
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await visit({ colorScheme });
    await page.getByRole('link', { name: 'Sign in with Example Login' }).click();
    await page.getByRole('alert').filter({ hasText: 'cannot be used just now' }).waitFor();
    assert.deepEqual(await seriousFaults(page), [], colorScheme);
    await page.context().close();
  }
  await setOidc(oidc);
  const lines = installation.gateway().lines.join('\n');
  for (const canary of [SECRET, 'olga@example.org', 'otto@example.org', ...issuer.codes.map(({ code }) => code)]) {
    assert.ok(!lines.includes(canary), canary);
  }
});
