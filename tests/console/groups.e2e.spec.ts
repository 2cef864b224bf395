import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Teams, organisations and the fields of a user, in a real browser. */

const { installation, signedIn } = await startConsole();

test('an organisation gets a team, the team a member and money, and what its keys use is seen', async () => {
  const { page, faults } = await signedIn('owner');
  await open(page, 'Organisations');
  await page.getByRole('button', { name: 'New organisation' }).click();
  await page.getByLabel('Name', { exact: true }).fill('House');
  await page.getByLabel('Time zone').fill('Nowhere/At all');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('textbox', { name: 'Time zone' }).and(page.locator('[aria-invalid=true]')).waitFor();
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('heading', { name: 'House', level: 1 }).waitFor();
  const organisationId = new URL(page.url()).pathname.split('/').at(-1) ?? '';

  await open(page, 'Teams');
  await page.getByRole('button', { name: 'New team' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Red');
  await page.getByRole('dialog').getByLabel('Organisation', { exact: true }).fill(organisationId);
  await page.getByLabel('Tags').fill('paid, first');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('heading', { name: 'Red', level: 1 }).waitFor();
  const teamId = new URL(page.url()).pathname.split('/').at(-1) ?? '';

  const customer = await installation.customer({ creditUsd: '' });
  await page.getByRole('button', { name: 'Add a member' }).click();
  await page.getByRole('combobox', { name: 'User' }).fill(customer.userId);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: /^Take out ./ }).waitFor();
  await page.getByRole('button', { name: 'Top up' }).click();
  await page.getByLabel('Amount in USD').fill('3.25');
  await page.getByRole('button', { name: 'Add to the balance' }).click();
  await page.getByRole('table', { name: 'Ledger' }).getByText('$3.25').waitFor();

  await customer.client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] });
  await installation.settled();
  await page.reload();
  await page.getByRole('table', { name: 'Use by key' }).getByText(customer.keyId).waitFor();

  await open(page, 'Organisations');
  await page.getByRole('link', { name: 'House' }).click();
  const use = page.getByRole('table', { name: 'Use by team' });
  await use.getByRole('row').filter({ hasText: 'Red' }).filter({ hasText: '1' }).waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('House');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();

  await page.goto(`${installation.gateway().url}/console/teams/${teamId}`);
  await page.getByRole('button', { name: /^Take out ./ }).click();
  await page.getByText('Nobody is in this team yet.').waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('Red');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'Teams', level: 1 }).waitFor();
  assert.equal((await installation.admin.call('GET', `/admin/teams/${teamId}`)).status, 404);
  assert.deepEqual(faults, []);
});

test("a user's fields are changed, and a wrong one is named where it stands", async () => {
  const { userId } = await installation.customer();
  const { page } = await signedIn('operator');
  await page.goto(`${installation.gateway().url}/console/users/${userId}`);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Grace');
  await page.getByLabel('E-mail').fill('grace@example.org');
  await page.getByLabel('Multiplier').fill('much');
  await page.getByLabel('Tags').fill('red, blue');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('textbox', { name: 'Multiplier' }).and(page.locator('[aria-invalid=true]')).waitFor();
  await page.getByLabel('Multiplier').fill('1.5');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Grace', level: 1 }).waitFor();
  const { document } = await installation.admin.call<Record<string, unknown>>('GET', `/admin/users/${userId}`);
  const { name, email, multiplier, tags } = document;
  assert.deepEqual(
    { name, email, multiplier, tags },
    { name: 'Grace', email: 'grace@example.org', multiplier: '1.5', tags: ['red', 'blue'] },
  );
});

test('the screens are free of serious faults in light and dark, fit a phone, and offer an auditor nothing', async () => {
  const made = await installation.admin.call<{ id: string }>('POST', '/admin/teams', { body: { name: 'Green' } });
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await signedIn('auditor', { colorScheme });
    for (const title of ['Teams', 'Organisations']) {
      await open(page, title);
      await page.waitForLoadState('networkidle');
      assert.equal(await page.getByRole('button', { name: /^New/ }).count(), 0);
      assert.deepEqual(await seriousFaults(page), [], `${title}, ${colorScheme}`);
    }
    await page.goto(`${installation.gateway().url}/console/teams/${made.document.id}`);
    await page.getByRole('heading', { name: 'Green', level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    assert.deepEqual(await seriousFaults(page), [], `a team, ${colorScheme}`);
    assert.equal(await page.getByRole('button', { name: 'Top up' }).count(), 0);
    assert.deepEqual(faults, []);
  }
  const { page } = await signedIn('owner', { viewport: { width: 390, height: 800 } });
  await page.goto(`${installation.gateway().url}/console/teams/${made.document.id}`);
  await page.getByRole('heading', { name: 'Green', level: 1 }).waitFor();
  const overflow = await overflowOf(page);
  assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
});
