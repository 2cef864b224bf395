import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Admin tokens, sign-in links and sessions in a real browser. */

const { installation, browser, signedIn } = await startConsole();

test('a link signs a colleague in once, with the role it says, and their session is ended from here', async () => {
  const { page, faults } = await signedIn('owner');
  await open(page, 'Admin access');
  await page.getByRole('button', { name: 'Sign-in link' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Ben');
  await dialog.getByLabel('Role').selectOption('billing');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const link = (await page.locator('[data-secret]').textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Close' }).click();

  const theirs = await (await browser.newContext()).newPage();
  await theirs.goto(link);
  await theirs.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await theirs.getByRole('navigation').getByText('billing', { exact: true }).waitFor();
  assert.equal(await theirs.getByRole('link', { name: 'Admin access' }).count(), 0, 'it is for owners');
  const second = await (await browser.newContext()).newPage();
  await second.goto(link);
  await second.getByText(/it was used/).waitFor();

  await page.reload();
  await page.getByRole('row').filter({ hasText: 'you' }).waitFor();
  const sessions = page.getByRole('row').filter({ hasText: /session.*billing.*active/ });
  await sessions.waitFor();
  await page.getByRole('button', { name: 'End all sessions' }).click();
  await dialog.getByRole('button', { name: 'End 1 session' }).click();
  await dialog.waitFor({ state: 'detached' });
  await sessions.waitFor({ state: 'detached' });
  await theirs.reload();
  await theirs.getByLabel('Admin token').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Admin access', level: 1 }).waitFor();
  assert.deepEqual(faults, []);
});

test('a token is shown once, works, and is revoked by its name alone, with the sessions it opened', async () => {
  const { page, context } = await signedIn('owner');
  await open(page, 'Admin access');
  await page.getByRole('button', { name: 'New token' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('robot');
  await dialog.getByLabel('Role').selectOption('auditor');
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  const token = (await page.locator('[data-secret]').textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Close' }).click();
  assert.equal((await installation.admin.call('GET', '/admin/users', { token })).status, 200);
  assert.ok(!JSON.stringify(await context.storageState()).includes(token));

  const robots = await (await browser.newContext()).newPage();
  await robots.goto(`${installation.gateway().url}/console/`);
  await robots.getByLabel('Admin token').fill(token);
  await robots.getByRole('button', { name: 'Sign in' }).click();
  await robots.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();

  const row = page.getByRole('row').filter({ hasText: 'robot' });
  await row.getByRole('button', { name: 'Revoke' }).click();
  assert.equal(await dialog.getByRole('button', { name: 'Revoke' }).isDisabled(), true);
  await dialog.getByRole('textbox').fill('robot');
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await row.filter({ hasText: 'revoked' }).waitFor();
  assert.equal((await installation.admin.call('GET', '/admin/users', { token })).status, 401);
  await robots.reload();
  await robots.getByLabel('Admin token').waitFor();
});

test('the screen is free of serious faults in light and dark, and fits a phone', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await signedIn('owner', { colorScheme });
    await open(page, 'Admin access');
    await page.waitForLoadState('networkidle');
    assert.deepEqual(await seriousFaults(page), [], colorScheme);
    assert.deepEqual(faults, []);
  }
  const { page } = await signedIn('owner', { viewport: { width: 390, height: 800 } });
  await page.goto(`${installation.gateway().url}/console/access`);
  await page.getByRole('row').filter({ hasText: 'you' }).waitFor();
  const overflow = await overflowOf(page);
  assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
});
