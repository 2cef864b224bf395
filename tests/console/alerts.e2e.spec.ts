import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { test } from '#testkit/test.ts';
import { until } from '../e2e/support/until.ts';
import { assertSigned, startAlertReceiver } from './support/alert-receiver.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Alerts in a real browser: where they go, what is watched, and what fires, before a running gateway and a receiver. */

const receiver = await startAlertReceiver();
const { installation, signedIn } = await startConsole({ environment: { GATEWAY_ALERT_INTERVAL_MS: '1000' } });
let secret = '';

/** Each of these goes through many pages; on a busy machine a page takes seconds. */
const PATIENCE_MS = 180_000;

async function view(page: Page, title: string): Promise<void> {
  await open(page, 'Alerts');
  await page.getByRole('navigation', { name: 'What is shown' }).getByRole('link', { name: title }).click();
}

test('a webhook gets a secret that is shown once, and a test of it arrives with a right signature', {
  timeoutMs: PATIENCE_MS,
}, async () => {
  const { page, faults } = await signedIn('operator');
  await view(page, 'Channels');
  await page.getByRole('button', { name: 'New channel' }).click();
  await page.getByRole('button', { name: /^Webhook/ }).click();
  await page.getByLabel('Name', { exact: true }).fill('ops');
  await page.getByLabel('Address').fill('http://169.254.169.254/alerts');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('textbox', { name: 'Address' }).and(page.locator('[aria-invalid=true]')).waitFor();
  await page.getByLabel('Address').fill(receiver.url);
  await page.getByRole('button', { name: 'Create' }).click();
  secret = (await page.locator('[data-secret]').textContent()) ?? '';
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  await page.getByRole('button', { name: 'Close' }).click();
  assert.ok(!(await page.content()).includes(secret));

  await page.getByRole('button', { name: 'Test ops' }).click();
  await page.getByText(/Taken in .* 200: taken note of/).waitFor();
  assert.equal(receiver.received.length, 1);
  for (const each of receiver.received) assertSigned(each, secret);
  receiver.answerWith(503);
  await page.getByRole('button', { name: 'Test ops' }).click();
  await page.getByText(/Not taken in .* 503/).waitFor();
  receiver.answerWith(200);

  await page.getByRole('button', { name: 'Turn off ops' }).click();
  await page.getByRole('button', { name: 'Turn on ops' }).click();
  await page.getByRole('button', { name: 'Turn off ops' }).waitFor();
  await page.getByRole('button', { name: 'ops as JSON' }).click();
  assert.ok(!(await page.getByLabel('JSON', { exact: true }).inputValue()).includes('secret'));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Test ops' }).click();
  await page.getByText(/Taken in .* 200/).waitFor();
  const last = receiver.received.at(-1);
  assert.ok(last !== undefined);
  assertSigned(last, secret);

  await page.getByRole('button', { name: 'New channel' }).click();
  await page.getByRole('button', { name: /^E-mail/ }).click();
  await page.getByLabel('Name', { exact: true }).fill('people');
  await page.getByLabel('Addresses').fill('ada@one.example, not an address');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('textbox', { name: 'Addresses' }).and(page.locator('[aria-invalid=true]')).waitFor();
  await page.getByLabel('Addresses').fill('ada@one.example, bob@two.example');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('cell', { name: 'one.example, two.example' }).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.ok(!(await page.content()).includes('ada@'));
  await page.getByRole('button', { name: 'Delete people' }).click();
  await page.getByLabel('Type people to go on').fill('people');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Delete people' }).waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
});

test('a rule on a limit tells of 50, 80 and 100 %, each once: at the screen, at the bell, and at the receiver', {
  timeoutMs: PATIENCE_MS,
}, async () => {
  const { page, faults } = await signedIn('operator');
  const { userId, client } = await installation.customer();
  const limit = {
    subject: { kind: 'user', id: userId },
    unit: 'requests',
    period: 'month',
    amount: '10',
    kind: 'soft',
  };
  await installation.admin.call('PUT', '/admin/limits/ten-a-month', { body: limit });

  await view(page, 'Rules');
  await page.getByRole('button', { name: 'New rule' }).click();
  await page.getByRole('button', { name: /^A limit is used/ }).click();
  assert.equal(await page.getByLabel('Shares in percent').inputValue(), '50, 80, 100');
  await page.getByLabel('Name', { exact: true }).fill('limits');
  await page.getByLabel('Shares in percent').fill('50, 80, 2000');
  await page.getByLabel('ops').check();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('textbox', { name: 'Shares in percent' }).and(page.locator('[aria-invalid=true]')).waitFor();
  await page.getByLabel('Shares in percent').fill('50, 80, 100');
  await page.getByLabel('Only these limits').fill('ten-a-month');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('table', { name: 'Rules' }).getByRole('cell', { name: 'ops', exact: true }).waitFor();

  const before = receiver.received.length;
  await view(page, 'Raised');
  for (const [requests, percent] of [
    [5, 50],
    [3, 80],
    [2, 100],
  ] as const) {
    for (let sent = 0; sent < requests; sent++) {
      await client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] });
    }
    await page.getByRole('table', { name: 'Firing now' }).getByText(`used to ${percent} %`).waitFor();
  }
  const alerts = () => receiver.received.slice(before);
  await until('all three alerts', async () => (alerts().length >= 3 ? true : undefined));
  for (const each of alerts()) assertSigned(each, secret);
  assert.equal(new Set(alerts().map(({ headers }) => headers['webhook-id'])).size, alerts().length, 'each comes once');
  assert.equal(alerts().length, 3);

  await page.getByRole('link', { name: 'Alerts: 3 firing' }).first().waitFor();
  await page.getByRole('table', { name: 'Firing now' }).getByRole('button', { name: /100 %/ }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('row').filter({ hasText: 'ops' }).filter({ hasText: 'delivered' }).waitFor();
  await sheet.getByRole('link', { name: 'ten-a-month' }).click();
  await page.getByRole('heading', { name: 'Limits', level: 1 }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('search'), 'ten-a-month');
  await view(page, 'Raised');

  await page.getByLabel('Watches').selectOption('provider_down');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('No alert fits.').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('kind'), 'provider_down');
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('table', { name: 'History' }).getByText('used to 80 %').waitFor();
  assert.deepEqual(faults, []);
});

test('an alert that is not taken is told with its reason, and is sent again by hand', {
  timeoutMs: PATIENCE_MS,
}, async () => {
  const { page, faults } = await signedIn('operator');
  receiver.answerWith(410);
  const { userId, client } = await installation.customer();
  const limit = { subject: { kind: 'user', id: userId }, unit: 'requests', period: 'month', amount: '2', kind: 'soft' };
  await installation.admin.call('PUT', '/admin/limits/two-a-month', { body: limit });
  await installation.admin.call('PUT', '/admin/alert-rules/half', {
    body: { watches: 'limit_used', limit_percents: [50], limits: ['two-a-month'], channels: ['ops'] },
  });
  await client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] });
  await open(page, 'Alerts');
  await page
    .getByRole('table', { name: 'Firing now' })
    .getByRole('button', { name: /two-a-month is used to 50 %/ })
    .click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('row').filter({ hasText: 'failed' }).filter({ hasText: '410' }).waitFor();
  receiver.answerWith(200);
  const before = receiver.received.length;
  await sheet.getByRole('button', { name: 'Send again' }).click();
  await sheet.getByRole('row').filter({ hasText: 'delivered' }).waitFor();
  assert.equal(receiver.received.length, before + 1);
  assert.deepEqual(faults, []);
});

test('alerts are free of serious faults in light and dark, fit a phone, and offer an auditor nothing to change', {
  timeoutMs: PATIENCE_MS,
}, async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await signedIn('auditor', { colorScheme });
    for (const title of ['Raised', 'Rules', 'Channels']) {
      await view(page, title);
      await page.waitForLoadState('networkidle');
      assert.deepEqual(await seriousFaults(page), [], `${title}, ${colorScheme}`);
      assert.equal(await page.getByRole('button', { name: /^New|^Test|^Turn|^Delete/ }).count(), 0);
    }
    assert.deepEqual(faults, []);
  }
  const { page } = await signedIn('operator', { viewport: { width: 390, height: 800 } });
  for (const title of ['Raised', 'Rules', 'Channels']) {
    await page.getByRole('button', { name: 'Navigation' }).click();
    await view(page, title);
    await page.waitForLoadState('networkidle');
    const overflow = await overflowOf(page);
    assert.ok(overflow <= 0, `${title} is ${overflow} px too wide`);
  }
  await page.getByRole('button', { name: 'New channel' }).click();
  assert.deepEqual(await seriousFaults(page), [], 'the choice of a kind');
});
