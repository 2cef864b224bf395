import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { startOidcIssuer } from '#testkit/oidc-issuer.ts';
import { afterAll, test } from '#testkit/test.ts';
import { open, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* A key holder's ways in beside a link: a key of their own, and an identity provider, in a real browser. */

const SECRET = 'a canary of a client secret';
const issuer = await startOidcIssuer();
const { installation, browser } = await startConsole({ environment: { CONSOLE_CLIENT_SECRET: SECRET } });
afterAll(() => issuer[Symbol.asyncDispose]());

const { url } = installation.gateway();
issuer.registers({ id: 'gateway-console', secret: SECRET, redirectUris: [`${url}/console/oidc/callback`] });
const holder = { groups: ['holders'], email_verified: true };
issuer.people.set('Hanna', { ...holder, sub: 'hanna', email: 'hanna@example.org' });
issuer.people.set('Stranger', { ...holder, sub: 'stranger', email: 'stranger@example.org' });

async function visit(colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await (await browser.newContext({ colorScheme })).newPage();
  await page.goto(`${url}/console/`);
  return page;
}

async function byKey(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Show my use' }).click();
}

test('a key signs its user in, who may change that key alone, and a wrong key is told of', async () => {
  const ann = await installation.customer();
  const body = { user_id: ann.userId, name: 'another' };
  assert.equal((await installation.admin.call('POST', '/admin/api-keys', { body })).status, 201);
  const page = await visit();
  await byKey(page, `${ann.apiKey.slice(0, -4)}aaaa`);
  await page.getByRole('alert').waitFor();
  await byKey(page, ann.apiKey);
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/console/me');
  const kept = await page.evaluate<string>(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])',
  );
  assert.ok(!kept.includes(ann.apiKey));
  await open(page, 'API keys');
  await page.getByRole('row').filter({ hasText: 'another' }).waitFor();
  await page.getByRole('button', { name: 'Rotate' }).first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Rotate' }).count(), 1, 'the other key is not theirs to change');
});

test('with an identity provider a holder is the user of their verified address, and a stranger is told why not', {
  timeoutMs: 120_000,
}, async () => {
  const created = await installation.admin.call<{ id: string }>('POST', '/admin/users', {
    body: { name: 'Hanna', email: 'hanna@example.org' },
  });
  assert.equal(created.status, 201);
  const console_oidc = {
    issuer: issuer.url,
    client_id: 'gateway-console',
    client_secret_ref: 'env:CONSOLE_CLIENT_SECRET',
    name: 'Example Login',
    rules: [{ group: 'holders', role: 'holder' }],
  };
  const set = await installation.admin.call('PATCH', '/admin/settings', { body: { console_oidc } });
  assert.equal(set.status, 200, JSON.stringify(set.document));
  const page = await visit();
  await page.getByRole('link', { name: 'Sign in with Example Login' }).click();
  await page.getByRole('link', { name: 'Hanna' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await page.getByText('Hanna', { exact: true }).waitFor();
  const stranger = await visit();
  await stranger.getByRole('link', { name: 'Sign in with Example Login' }).click();
  await stranger.getByRole('link', { name: 'Stranger' }).click();
  await stranger.getByRole('alert').filter({ hasText: 'nobody here has your e-mail address' }).waitFor();
  await installation.admin.call('POST', `/admin/users/${created.document.id}/suspend`);
  await page.reload();
  await page.getByLabel('API key').waitFor();
});

test('the ways in are free of serious faults in light and dark', { timeoutMs: 120_000 }, async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await visit(colorScheme);
    await page.getByLabel('API key').waitFor();
    assert.deepEqual(await seriousFaults(page), [], colorScheme);
  }
});
