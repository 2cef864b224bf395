import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { test } from '#testkit/test.ts';
import { assertSigned, startAlertReceiver } from './support/alert-receiver.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Alerts in a real browser: where they go, what is watched, and what fires, before a running gateway and a receiver. */

const receiver = await startAlertReceiver();
const { signedIn } = await startConsole();

async function view(page: Page, title: string): Promise<void> {
  await open(page, 'Alerts');
  await page.getByRole('navigation', { name: 'What is shown' }).getByRole('link', { name: title }).click();
}

test('a webhook gets a secret that is shown once, and a test of it arrives with a right signature', async () => {
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
  const secret = (await page.locator('[data-secret]').textContent()) ?? '';
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

test('alerts are free of serious faults in light and dark, fit a phone, and offer an auditor nothing to change', async () => {
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
