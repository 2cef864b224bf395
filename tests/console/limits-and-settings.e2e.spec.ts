import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Limits and settings in a real browser. */

const { installation, signedIn } = await startConsole();

interface Limit {
  readonly amount: string | number;
  readonly raised_amount: string | number | null;
  readonly raised_until: string | null;
}

async function limit(id: string) {
  return (await installation.admin.call<Limit>('GET', `/admin/limits/${id}`)).document;
}

test('a limit is made, used, raised for a time, lowered, changed, and deleted by its name alone', async () => {
  const { userId, client } = await installation.customer();
  const { page, faults } = await signedIn('operator');
  await page.goto(`${installation.gateway().url}/console/users/${userId}`);
  await page.getByRole('main').getByRole('link', { name: 'Limits' }).click();
  await page.getByRole('heading', { name: 'Limits', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'New limit' }).click();
  const dialog = page.getByRole('dialog');
  assert.equal(await dialog.getByLabel('Id', { exact: true }).inputValue(), userId);
  await dialog.getByLabel('Unit').selectOption('requests');
  await dialog.getByLabel('Period').selectOption('day');
  await dialog.getByLabel('Amount').fill('many');
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  await dialog.getByRole('textbox', { name: 'Amount' }).and(page.locator('[aria-invalid=true]')).waitFor();
  await dialog.getByLabel('Amount').fill('3');
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  const id = `user-${userId}-requests-per-day`;
  const row = page.getByRole('row').filter({ hasText: 'requests a day' });
  await row.waitFor();

  await client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] });
  await page.reload();
  await row.filter({ hasText: /3\s*1\s*0\s*2/ }).waitFor();

  await page.getByRole('button', { name: 'New limit' }).click();
  await dialog.getByLabel('Unit').selectOption('requests');
  await dialog.getByLabel('Period').selectOption('day');
  await dialog.getByLabel('Amount').fill('9');
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(String((await limit(id)).amount), '3', 'one that is there is not overwritten');

  await row.getByRole('button', { name: 'Raise' }).click();
  await dialog.getByLabel('Amount until then').fill('7');
  await dialog.getByLabel('Until', { exact: true }).fill('2099-01-02T03:04');
  await dialog.getByRole('button', { name: 'Raise' }).click();
  await row.getByText(/raised until/).waitFor();
  assert.equal(String((await limit(id)).raised_amount), '7');
  await row.getByRole('button', { name: 'End the raise' }).click();
  await row.getByRole('button', { name: 'Raise', exact: true }).waitFor();
  assert.equal((await limit(id)).raised_until, null);

  await row.getByRole('button', { name: 'Change' }).click();
  await dialog.getByLabel('Amount').fill('5');
  const other = { amount: '4' };
  assert.equal((await installation.admin.call('PATCH', `/admin/limits/${id}`, { body: other })).status, 200);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('alert').waitFor();
  assert.equal(String((await limit(id)).amount), '4', "another's change is not overwritten");
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await row.getByRole('button', { name: 'Change' }).click();
  await dialog.getByLabel('Amount').fill('5');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row.filter({ hasText: /5\s*1\s*0\s*4/ }).waitFor();

  await row.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('textbox').fill(id);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No limit fits.').waitFor();
  assert.deepEqual(faults, []);
});

test('settings are changed, a wrong one is named where it stands, and two people do not undo each other', async () => {
  const { page, faults } = await signedIn('owner');
  await open(page, 'Settings');
  await page.getByLabel('Multiplier').fill('much');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('textbox', { name: 'Multiplier' }).and(page.locator('[aria-invalid=true]')).waitFor();
  await page.getByLabel('Multiplier').fill('1.25');
  await page.getByLabel('Each key: requests a minute').fill('600');
  await page.getByLabel('Strategy', { exact: true }).selectOption('lowest_cost');
  await page.getByRole('checkbox', { name: 'timeout' }).check();
  await page.getByLabel('Origins').fill('https://one.example\nhttps://two.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved. It is in force.').waitFor();

  const read = async () => (await installation.admin.call<Record<string, unknown>>('GET', '/admin/settings')).document;
  const saved = await read();
  assert.equal(saved['multiplier'], '1.25');
  assert.equal((saved['throttle_per_key'] as { requests_per_minute: number }).requests_per_minute, 600);
  assert.equal(saved['strategy'], 'lowest_cost');
  assert.deepEqual(saved['refused_request_options'], ['timeout']);
  assert.deepEqual(saved['cors_origins'], ['https://one.example', 'https://two.example']);

  await page.getByLabel('Attempts', { exact: true }).fill('5');
  await installation.admin.call('PATCH', '/admin/settings', { body: { drain_seconds: 11 } });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/Somebody else changed the settings/).waitFor();
  assert.equal((await read())['attempts_max'], saved['attempts_max']);
  assert.equal(await page.getByLabel('Seconds of draining').inputValue(), '11');
  assert.equal(await page.getByLabel('Attempts', { exact: true }).inputValue(), '5');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved. It is in force.').waitFor();
  const both = await read();
  assert.deepEqual([both['attempts_max'], both['drain_seconds']], [5, 11]);
  assert.deepEqual(faults, []);
});

test('the screens are free of serious faults in light and dark, fit a phone, and let an auditor change nothing', async () => {
  const body = { subject: { kind: 'gateway' }, unit: 'cost', period: 'month', amount: '1000' };
  await installation.admin.call('PUT', '/admin/limits/house', { body });
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await signedIn('auditor', { colorScheme });
    for (const title of ['Limits', 'Settings']) {
      await open(page, title);
      await page.waitForLoadState('networkidle');
      assert.equal(await page.getByRole('button', { name: /^(New|Save|Delete)/ }).count(), 0);
      assert.deepEqual(await seriousFaults(page), [], `${title}, ${colorScheme}`);
    }
    assert.equal(await page.getByLabel('Multiplier').isDisabled(), true);
    assert.deepEqual(faults, []);
  }
  for (const path of ['limits', 'settings']) {
    const { page } = await signedIn('owner', { viewport: { width: 390, height: 800 } });
    await page.goto(`${installation.gateway().url}/console/${path}`);
    await page.waitForLoadState('networkidle');
    const overflow = await overflowOf(page);
    assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`);
  }
});
