import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { test } from '#testkit/test.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* The console in a real browser, before a running gateway. */

const { installation, signedIn } = await startConsole();

async function stored(context: BrowserContext, page: Page): Promise<string> {
  const own = await page.evaluate<string>(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])',
  );
  return own + JSON.stringify((await context.storageState()).origins);
}

test('a link signs in once; a user, a key, money and a request are made and seen; nothing secret stays', async () => {
  const { context, page, faults } = await signedIn('owner');
  assert.equal(new URL(page.url()).hash, '', 'the code is out of the address');

  await open(page, 'Users');
  await page.getByRole('button', { name: 'New user' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Ada Canary');
  await page.getByLabel('E-mail').fill('canary@example.org');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('heading', { name: 'Ada Canary', level: 1 }).waitFor();

  await page.getByRole('button', { name: 'Top up' }).click();
  await page.getByLabel('Amount in USD').fill('12.5');
  await page.getByRole('button', { name: 'Add to the balance' }).click();
  await page.getByText('$12.50').first().waitFor();

  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name', { exact: true }).fill('laptop');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const secret = (await page.locator('[data-secret]').textContent()) ?? '';
  assert.match(secret, /^ak_/);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('cell', { name: 'laptop' }).waitFor();

  const answer = await fetch(`${installation.gateway().url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'a canary of a prompt' }] }),
  });
  assert.equal(answer.status, 200);
  const requestId = answer.headers.get('x-request-id') ?? '';
  await open(page, 'Requests');
  const row = page.getByRole('row').filter({ hasText: 'gpt-4o-mini' }).first();
  await row.filter({ hasText: 'completed' }).waitFor();
  await row.getByRole('button').click();
  await page.getByRole('heading', { name: `Request ${requestId}` }).waitFor();
  await page.getByRole('button', { name: 'Close' }).click();

  await open(page, 'Usage');
  await page.getByRole('cell', { name: 'gpt-4o-mini' }).waitFor();
  await open(page, 'Audit log');
  await page.getByRole('cell', { name: /user / }).first().waitFor();

  const kept = await stored(context, page);
  for (const canary of [secret, 'canary of a prompt', 'canary@example.org', 'at_']) {
    assert.ok(!kept.includes(canary), canary);
  }
  assert.deepEqual(faults, []);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Admin token').waitFor();
  await page.reload();
  await page.getByLabel('Admin token').waitFor();
});

test('a key is paused, rotated and revoked, the last by its name alone', async () => {
  const customer = await installation.customer();
  const { page } = await signedIn('operator');
  await page.goto(`${installation.gateway().url}/console/users/${customer.userId}`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('paused', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Resume', exact: true }).last().click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await page.getByRole('button', { name: 'Rotate' }).click();
  await page.getByRole('button', { name: 'Rotate' }).last().click();
  assert.match((await page.locator('[data-secret]').textContent()) ?? '', /^ak_/);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Revoke' }).click();
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Revoke' });
  assert.equal(await confirm.isDisabled(), true);
  const field = page.getByRole('dialog').getByRole('textbox');
  await field.fill(((await page.getByText(/^Type .* to go on$/).textContent()) ?? '').split(' ')[1] ?? '');
  await confirm.click();
  await page.getByText('revoked', { exact: true }).waitFor();
});

test('an auditor sees everything and is offered nothing to change', async () => {
  const { page } = await signedIn('auditor');
  await open(page, 'Users');
  assert.equal(await page.getByRole('button', { name: 'New user' }).count(), 0);
  await open(page, 'Providers');
  await page.getByRole('cell', { name: 'sim-openai', exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Drain' }).count(), 0);
});

test('every screen is free of serious faults for assistive technology, in light and dark, wide and narrow', async () => {
  await (await installation.customer()).client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Hi' }],
  });
  await installation.settled();
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await signedIn('owner', { colorScheme });
    for (const title of ['Overview', 'Requests', 'Usage', 'Users', 'API keys', 'Providers', 'Audit log']) {
      await open(page, title);
      await page.waitForLoadState('networkidle');
      assert.deepEqual(await seriousFaults(page), [], `${title}, ${colorScheme}`);
    }
    assert.deepEqual(faults, []);
  }
  const { page } = await signedIn('owner', { viewport: { width: 390, height: 800 } });
  await page.getByRole('button', { name: 'Navigation' }).click();
  await open(page, 'Requests');
  const overflow = await overflowOf(page);
  assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
});

test('the first load is small, and what is kept for ever has a digest in its name', async () => {
  const { url } = installation.gateway();
  const page = await fetch(`${url}/console/requests`);
  const html = await page.text();
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.ok(!policy.includes('unsafe-inline') && policy.includes("script-src 'self'"));
  const files = [...html.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)].map(([, file]) => file ?? '');
  assert.ok(files.length >= 2);
  let bytes = 0;
  for (const file of files) {
    const { headers } = await fetch(`${url}${file}`, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable');
    bytes += Number(headers.get('content-length'));
  }
  assert.ok(bytes < 300_000, `${bytes} bytes`);
  assert.equal((await fetch(`${url}/console/assets/none.js`)).status, 404);
  assert.equal(
    (await fetch(`${url}/console/..%2f..%2fpackage.json`)).headers.get('content-type'),
    'text/html; charset=utf-8',
  );
});
