import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { test } from '#testkit/test.ts';
import { open } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Lists in a real browser: sorted, filtered, paged, saved; and the browser's way back. */

const { installation, signedIn } = await startConsole();
const TEAMS = 60;

for (let at = 0; at < TEAMS; at += 1) {
  // The order of the names is not that of their making.
  const name = `List team ${String((at * 7) % TEAMS).padStart(2, '0')}`;
  await installation.admin.call('POST', '/admin/teams', { body: { name } });
}

const names = (page: Page): Promise<string[]> =>
  page
    .getByRole('table', { name: 'Teams' })
    .getByRole('link', { name: /^List team/ })
    .allTextContents();

/** The page that the URL names is the one that is shown. */
const read = (page: Page): Promise<void> => page.locator('[aria-busy=false]').waitFor();

const parameter = (page: Page, name: string): string | null => new URL(page.url()).searchParams.get(name);

test('a list is sorted by its headings, says so, and the way back and a reload restore it', async () => {
  const { page, faults } = await signedIn('auditor');
  await open(page, 'Teams');
  const heading = page.getByRole('columnheader', { name: 'Name' });
  await heading.getByRole('button').click();
  await page.locator('th[aria-sort=ascending]').filter({ hasText: 'Name' }).waitFor();
  await read(page);
  assert.equal((await names(page))[0], 'List team 00');
  assert.deepEqual(await names(page), [...(await names(page))].sort());
  await heading.getByRole('button').click();
  await page.getByRole('link', { name: 'List team 59' }).waitFor();
  assert.equal(parameter(page, 'sort'), '-name');
  assert.equal((await names(page))[0], 'List team 59');

  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByRole('link', { name: 'List team 00' }).waitFor();
  assert.equal((await names(page)).length, TEAMS - 50);
  await page.reload();
  await page.getByRole('link', { name: 'List team 00' }).waitFor();
  await page.goBack();
  await page.getByRole('link', { name: 'List team 59' }).waitFor();
  await page.goBack();
  await page.locator('th[aria-sort=ascending]').filter({ hasText: 'Name' }).waitFor();
  await page.getByRole('link', { name: 'List team 00' }).waitFor();

  // A column that the gateway cannot sort has no button.
  assert.equal(await page.getByRole('columnheader', { name: 'Available' }).getByRole('button').count(), 0);
  assert.deepEqual(faults, []);
});

test('a list is searched, its fields follow the way back, and more rows fit on a page', async () => {
  const { page } = await signedIn('auditor');
  await open(page, 'Teams');
  await page.getByRole('link', { name: 'List team 40' }).waitFor();
  await page.getByRole('textbox', { name: 'Search' }).fill('TEAM 41');
  await page.getByRole('textbox', { name: 'Search' }).press('Enter');
  await page.getByRole('link', { name: 'List team 40' }).waitFor({ state: 'detached' });
  assert.deepEqual(await names(page), ['List team 41']);
  assert.equal(parameter(page, 'search'), 'TEAM 41');
  await page.goBack();
  await page.getByRole('link', { name: 'List team 40' }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Search' }).inputValue(), '');
  await page.getByLabel('Rows of a page').selectOption('100');
  await page.getByRole('row').nth(TEAMS).waitFor();
  assert.equal((await names(page)).length, TEAMS);
});

test('people are found by a part of their sealed names', async () => {
  for (const name of ['Ada Findable', 'Bob Elsewhere']) {
    await installation.admin.call('POST', '/admin/users', {
      body: { name, email: `${name.replace(' ', '.')}@example.org` },
    });
  }
  const { page } = await signedIn('auditor');
  await page.goto(`${installation.gateway().url}/console/users?search=findable`);
  await page.getByRole('link', { name: 'Ada Findable' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Bob Elsewhere' }).count(), 0);
});

test('all that a filter lets through is saved as a file, in order, whatever page is shown', async () => {
  const { page } = await signedIn('auditor');
  await page.goto(`${installation.gateway().url}/console/teams?sort=name&search=list%20team`);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  assert.equal(file.suggestedFilename(), 'teams.csv');
  const [head = '', ...rows] = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
  const at = head.split(',').indexOf('name');
  assert.deepEqual(
    rows.map((row) => row.split(',')[at]),
    Array.from({ length: TEAMS }, (_, index) => `List team ${String(index).padStart(2, '0')}`),
  );
  assert.ok(head.includes('balance.available_nano_usd'), 'money is exact');
});

test('offline the page says so, keeps what was read, and goes on by itself', async () => {
  const { page, context } = await signedIn('auditor');
  await open(page, 'Teams');
  await page.getByRole('table', { name: 'Teams' }).waitFor();
  await context.setOffline(true);
  await page.getByText('This browser is offline.').waitFor();
  assert.ok((await names(page)).length > 0);
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
  await context.setOffline(false);
  await page.getByText('This browser is offline.').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'List team 00' }).waitFor();
});
