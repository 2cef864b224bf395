import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { test } from '#testkit/test.ts';
import { startConsole } from './support/start-console.ts';

/* What is done to several at once, and what is taken back, in a real browser. */

const { installation, signedIn } = await startConsole();

interface Person {
  readonly id: string;
  readonly status: string;
  readonly team_id: string;
  readonly balance: { readonly available_usd: string };
}

async function people(mark: string, size: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = 0; at < size; at += 1) {
    const body = { name: `${mark} ${at}`, email: `${mark}-${at}@example.org` };
    ids.push((await installation.admin.call<Person>('POST', '/admin/users', { body })).document.id);
  }
  return ids;
}

const user = async (id: string): Promise<Person> =>
  (await installation.admin.call<Person>('GET', `/admin/users/${id}`)).document;

async function chosenAll(page: Page, mark: string, size: number): Promise<void> {
  await page.goto(`${installation.gateway().url}/console/users?search=${mark}`);
  await page.getByRole('link', { name: `${mark} 0` }).waitFor();
  await page.getByLabel('All rows of this page').check();
  await page.getByText(`${size} chosen`).waitFor();
}

const dialog = (page: Page) => page.getByRole('dialog');

test('users are suspended after a preview that names who is left out, and all of it is taken back', async () => {
  const ids = await people('suspendee', 5);
  await installation.admin.call('POST', `/admin/users/${ids[4]}/suspend`);
  const { page, faults } = await signedIn('operator');
  await chosenAll(page, 'suspendee', 5);
  await page.getByRole('button', { name: 'Suspend', exact: true }).click();
  await dialog(page).getByText('4 would change, 1 are left out.').waitFor();
  await dialog(page).getByText('left out: it is suspended').waitFor();
  assert.equal((await user(ids[0] ?? '')).status, 'active', 'a preview does nothing');
  await dialog(page).getByRole('button', { name: 'Suspend 4' }).dblclick();
  await dialog(page).getByText('4 of 4 done.').waitFor();
  for (const id of ids) assert.equal((await user(id)).status, 'suspended');
  await dialog(page).getByRole('button', { name: 'Undo 4' }).click();
  await dialog(page).getByText('Taking back: 4 of 4 done.').waitFor();
  assert.deepEqual(
    await Promise.all(ids.map(async (id) => (await user(id)).status)),
    ['active', 'active', 'active', 'active', 'suspended'],
    'who was suspended before stays so',
  );
  await dialog(page).getByRole('button', { name: 'Done' }).click();
  await page.getByText('0 chosen').waitFor();
  assert.deepEqual(faults, []);
});

test('balances are topped up by exact amounts, once each, and the credits are taken back', async () => {
  const ids = await people('payee', 3);
  await installation.admin.call('POST', `/admin/users/${ids[1]}/balance`, { body: { amount_usd: '0.000000001' } });
  const { page } = await signedIn('billing');
  await chosenAll(page, 'payee', 3);
  assert.equal(await page.getByRole('button', { name: 'Suspend', exact: true }).count(), 0, 'not for this role');
  await page.getByRole('button', { name: 'Top up' }).click();
  await page.getByLabel('Amount in USD for each').fill('ten');
  await page.getByRole('button', { name: 'Preview' }).click();
  await dialog(page)
    .getByText(/The amount must be decimal USD/)
    .waitFor();
  await page.getByLabel('Amount in USD for each').fill('10.1');
  await page.getByRole('button', { name: 'Preview' }).click();
  await dialog(page).getByRole('cell', { name: '10.100000001 USD' }).waitFor();
  await dialog(page).getByRole('button', { name: 'Top up 3' }).dblclick();
  await dialog(page).getByText('3 of 3 done.').waitFor();
  assert.deepEqual(
    await Promise.all(ids.map(async (id) => Number((await user(id)).balance.available_usd))),
    [10.1, 10.100000001, 10.1],
  );
  await dialog(page).getByRole('button', { name: 'Undo 3' }).click();
  await dialog(page).getByText('Taking back: 3 of 3 done.').waitFor();
  assert.equal(Number((await user(ids[0] ?? '')).balance.available_usd), 0);
});

test('what was changed since the preview is left as it is, told, and can be tried again', async () => {
  const ids = await people('mover', 2);
  const { document: team } = await installation.admin.call<Person>('POST', '/admin/teams', {
    body: { name: 'Movers' },
  });
  const { page } = await signedIn('operator');
  await chosenAll(page, 'mover', 2);
  await page.getByRole('button', { name: 'Change team' }).click();
  await dialog(page).getByLabel('Team').fill(team.id);
  await page.getByRole('button', { name: 'Preview' }).click();
  await dialog(page).getByText('2 would change').waitFor();
  const { document: other } = await installation.admin.call<Person>('POST', '/admin/teams', { body: { name: 'Else' } });
  await installation.admin.call('PATCH', `/admin/users/${ids[0]}`, { body: { team_id: other.id } });
  await dialog(page).getByRole('button', { name: 'Change team 2' }).click();
  await dialog(page).getByText('1 of 2 done, 1 failed.').waitFor();
  await dialog(page)
    .getByText(/changed since the preview/)
    .waitFor();
  assert.equal((await user(ids[0] ?? '')).team_id, other.id);
  assert.equal((await user(ids[1] ?? '')).team_id, team.id);
  await installation.admin.call('PATCH', `/admin/users/${ids[0]}`, { body: { team_id: null } });
  await dialog(page).getByRole('button', { name: 'Go on with 1' }).click();
  await dialog(page).getByText('2 of 2 done.').waitFor();
  assert.equal((await user(ids[0] ?? '')).team_id, team.id);
});

test('all that fit are chosen over the pages, and what no event reverses asks for their number', async () => {
  const [id = ''] = await people('holder', 1);
  const KEYS = 60;
  for (let at = 0; at < KEYS; at += 1) {
    await installation.admin.call('POST', '/admin/api-keys', { body: { user_id: id, name: `bulk ${at}` } });
  }
  const { page } = await signedIn('operator');
  await page.goto(`${installation.gateway().url}/console/keys?user_id=${id}`);
  await page.getByRole('button', { name: 'Choose all that fit' }).click();
  await page.getByText(`${KEYS} chosen`).waitFor();
  await page.getByRole('region', { name: 'Several API keys' }).getByRole('button', { name: 'Revoke' }).click();
  const revoke = dialog(page).getByRole('button', { name: `Revoke ${KEYS}` });
  assert.equal(await revoke.isDisabled(), true);
  await dialog(page).getByRole('textbox').fill(String(KEYS));
  await revoke.click();
  await dialog(page).getByText(`${KEYS} of ${KEYS} done.`).waitFor();
  assert.equal(await dialog(page).getByRole('button', { name: /Undo/ }).count(), 0);
  const { document } = await installation.admin.call<{ data: { status: string }[] }>(
    'GET',
    `/admin/api-keys?user_id=${id}&limit=100`,
  );
  assert.deepEqual([...new Set(document.data.map(({ status }) => status))], ['revoked']);
});

test('limits are changed and deleted together, and come back', async () => {
  for (const name of ['a', 'b']) {
    const body = { subject: { kind: 'tag', id: `bulk-${name}` }, unit: 'cost', period: 'day', amount: '5' };
    await installation.admin.call('PUT', `/admin/limits/bulk-limit-${name}`, { body });
  }
  const amount = async (name: string): Promise<unknown> =>
    (await installation.admin.call<{ amount: unknown }>('GET', `/admin/limits/bulk-limit-${name}`)).document.amount;
  const { page } = await signedIn('operator');
  const choose = async (): Promise<void> => {
    await page.goto(`${installation.gateway().url}/console/limits?search=bulk-limit`);
    await page.getByRole('table', { name: 'Limits' }).waitFor();
    await page.getByLabel('All rows of this page').check();
  };
  await choose();
  await page.getByRole('button', { name: 'Change amount' }).click();
  await dialog(page).getByLabel('Of those that count').selectOption('cost');
  await dialog(page).getByLabel('Amount', { exact: true }).fill('7.25');
  await page.getByRole('button', { name: 'Preview' }).click();
  await dialog(page).getByRole('button', { name: 'Change amount 2' }).click();
  await dialog(page).getByText('2 of 2 done.').waitFor();
  assert.equal(Number(await amount('a')), 7.25);
  await dialog(page).getByRole('button', { name: 'Done' }).click();
  await choose();
  await page.getByRole('region', { name: 'Several Limits' }).getByRole('button', { name: 'Delete' }).click();
  await dialog(page).getByRole('button', { name: 'Delete 2' }).click();
  await dialog(page).getByText('2 of 2 done.').waitFor();
  await dialog(page).getByRole('button', { name: 'Undo 2' }).click();
  await dialog(page).getByText('Taking back: 2 of 2 done.').waitFor();
  assert.equal(Number(await amount('b')), 7.25);
});

test('one action is taken back at once, or from the log, and not where it was changed since', async () => {
  const [id = ''] = await people('reversed', 1);
  const { page } = await signedIn('operator');
  await page.goto(`${installation.gateway().url}/console/users/${id}`);
  await page.getByRole('button', { name: 'Suspend' }).click();
  const toasts = page.getByRole('region', { name: 'Done just now' });
  await toasts.getByText('reversed 0 is suspended').waitFor();
  await toasts.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('active', { exact: true }).waitFor();
  assert.equal((await user(id)).status, 'active');
  await toasts.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });

  await installation.admin.call('PATCH', `/admin/users/${id}`, { body: { multiplier: '1.5' } });
  await page.goto(`${installation.gateway().url}/console/audit?kind=user&id=${id}`);
  const first = page.getByRole('table', { name: 'Audit log' }).getByRole('button').first();
  await first.click();
  await dialog(page).getByRole('button', { name: 'Put back as before' }).click();
  await dialog(page).getByText('It is as it was before.', { exact: false }).waitFor();
  const { document } = await installation.admin.call<{ multiplier: string | null }>('GET', `/admin/users/${id}`);
  assert.ok(!document.multiplier);
  await dialog(page).getByRole('button', { name: 'Close' }).click();

  await installation.admin.call('PATCH', `/admin/users/${id}`, { body: { multiplier: '2' } });
  await page.reload();
  await page.getByRole('row').filter({ hasText: 'update' }).nth(2).getByRole('button').click();
  await dialog(page).getByRole('button', { name: 'Put back as before' }).click();
  await dialog(page)
    .getByText(/It was changed since: "multiplier"/)
    .waitFor();
});
