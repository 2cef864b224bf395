import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* A provider's page in a real browser, before a running gateway. */

const { installation, signedIn } = await startConsole();

const SECRET = 'sk-sealed-canary-0a1b2c3d4e';

/** Each of these goes through many pages; on a busy machine a page takes seconds. */
const PATIENCE_MS = 180_000;

interface Account {
  readonly id: string;
  readonly weight: number;
  readonly requests_per_minute: number;
  readonly status: string | null;
}

async function provider(): Promise<{ readonly status: string; readonly accounts: readonly Account[] }> {
  const { document } = await installation.admin.call<{ status: string; accounts: Account[] }>(
    'GET',
    '/admin/providers/sim-openai',
  );
  return document;
}

test('accounts are added with a sealed key, weighed, paused and removed; who was second is told so', {
  timeoutMs: PATIENCE_MS,
}, async () => {
  const { page, faults } = await signedIn('operator');
  const answers: Promise<string>[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/admin/providers')) answers.push(response.text().catch(() => ''));
  });
  await open(page, 'Providers');
  await page.getByRole('link', { name: 'sim-openai' }).click();
  await page.getByRole('heading', { name: 'sim-openai', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Test call' }).click();
  await page.getByText(/answered in/).waitFor();
  await page.getByRole('button', { name: 'Compare with its own list' }).click();
  await page.getByText(/In both lists: \d+/).waitFor();

  for (const [id, weight] of [
    ['first', '3'],
    ['second', ''],
  ] as const) {
    await page.getByRole('button', { name: 'Add an account' }).click();
    await page.getByLabel('Name', { exact: true }).fill(id);
    await page.getByLabel('Or the key itself').fill(SECRET);
    await page.getByLabel('Weight').fill(weight);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('table', { name: 'Accounts' }).getByRole('cell', { name: id, exact: true }).waitFor();
  }
  assert.deepEqual(
    (await provider()).accounts.map(({ id, weight }) => [id, weight]),
    [
      ['first', 3],
      ['second', 0],
    ],
  );

  await page.getByRole('button', { name: 'Change first' }).click();
  await page.getByLabel('Requests a minute').fill('120');
  await installation.admin.call('PATCH', '/admin/providers/sim-openai', { body: { region: 'eu' } });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  assert.equal((await provider()).accounts[0]?.requests_per_minute, 0);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.reload();
  await page.getByRole('button', { name: 'Change first' }).click();
  await page.getByLabel('Requests a minute').fill('120');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: '120' }).waitFor();

  await page.getByRole('button', { name: 'Pause second' }).click();
  await page.getByRole('button', { name: 'Resume second' }).waitFor();
  assert.equal((await provider()).accounts[1]?.status, 'disabled');
  await page.getByRole('button', { name: 'Remove second' }).click();
  await page.getByLabel('Type second to go on').fill('second');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('button', { name: 'Remove second' }).waitFor({ state: 'detached' });
  assert.deepEqual(
    (await provider()).accounts.map(({ id, requests_per_minute }) => [id, requests_per_minute]),
    [['first', 120]],
  );
  assert.ok(!(await Promise.all(answers)).join().includes(SECRET), 'the key is in no answer');
  assert.ok(!(await page.content()).includes(SECRET), 'the key is nowhere on the page');
  assert.deepEqual(faults, []);
});

test('its usual fields are changed by form; the rest stays, and drained it gets no request until it is used again', {
  timeoutMs: PATIENCE_MS,
}, async () => {
  const { page, faults } = await signedIn('operator');
  const { client } = await installation.customer();
  const ask = () =>
    client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] });
  const before = await provider();
  await page.goto(`${installation.gateway().url}/console/providers/sim-openai`);
  await page.getByRole('button', { name: 'Change sim-openai' }).click();
  await page.getByLabel('Address').fill('not an address');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Change sim-openai' }).click();
  await page.getByLabel('Repetitions').fill('11');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('spinbutton', { name: 'Repetitions' }).and(page.locator('[aria-invalid=true]')).waitFor();
  await page.getByLabel('Repetitions').fill('2');
  await page.getByLabel('Region').fill('us');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('us', { exact: true }).waitFor();
  assert.deepEqual((await provider()).accounts, before.accounts);
  await ask();

  await page.getByRole('button', { name: 'Drain' }).click();
  await page.getByRole('button', { name: 'Use again' }).waitFor();
  assert.equal((await provider()).status, 'draining');
  await assert.rejects(ask());
  await page.getByRole('button', { name: 'Use again' }).click();
  await page.getByRole('button', { name: 'Drain' }).waitFor();
  await ask();
  await page.getByRole('table', { name: 'Health by account and model' }).getByText('gpt-4o-mini').first().waitFor();
  assert.deepEqual(faults, []);
});

test('it is free of serious faults in light and dark, fits a phone, and offers an auditor nothing to change', {
  timeoutMs: PATIENCE_MS,
}, async () => {
  const url = `${installation.gateway().url}/console/providers/sim-openai`;
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await signedIn('auditor', { colorScheme });
    await page.goto(url);
    await page
      .getByRole('table', { name: /Health/ })
      .or(page.getByText('No model of it'))
      .first()
      .waitFor();
    await page.waitForLoadState('networkidle');
    assert.deepEqual(await seriousFaults(page), [], colorScheme);
    assert.equal(
      await page.getByRole('button', { name: /Drain|Add an account|Change sim|Delete|Test call/ }).count(),
      0,
    );
    assert.deepEqual(faults, []);
  }
  const { page } = await signedIn('operator', { viewport: { width: 390, height: 800 } });
  await page.goto(url);
  await page.getByRole('button', { name: 'Add an account' }).click();
  assert.deepEqual(await seriousFaults(page), [], 'the form of an account');
  const overflow = await overflowOf(page);
  assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
});
