import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* The console by keyboard alone, and on a phone. */

const { installation, signedIn } = await startConsole();
const customer = await installation.customer();

/** What has the focus, as people hear it. */
const FOCUSED = "document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''";
/** So many steps lead from the top of a screen to its first button at most: past the navigation. */
const STEPS_MAX = 60;

test('a dialog is opened by keyboard, holds the focus, closes by Escape and gives the focus back', async () => {
  const { page } = await signedIn('owner');
  await open(page, 'Users');
  await page.getByRole('table', { name: 'Users' }).waitFor();
  await page.keyboard.press('Tab');
  let focused = '';
  for (let step = 0; step < STEPS_MAX && focused !== 'New user'; step += 1) {
    await page.keyboard.press('Tab');
    focused = await page.evaluate<string>(FOCUSED);
    const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle');
    assert.notEqual(outline, 'none', `the focus is seen at ${focused}`);
  }
  assert.equal(focused, 'New user');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  assert.equal(await page.evaluate('document.activeElement.closest("dialog") !== null'), true);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate<string>(FOCUSED), 'New user');
});

test('rows are chosen and the order is changed by keyboard', async () => {
  const { page } = await signedIn('owner');
  await open(page, 'API keys');
  await page.getByRole('columnheader', { name: 'Created' }).getByRole('button').focus();
  await page.keyboard.press('Enter');
  await page.locator('th[aria-sort=descending]').filter({ hasText: 'Created' }).waitFor();
  assert.match(await page.evaluate<string>(FOCUSED), /^Created/, 'the heading keeps the focus');
  await page.getByLabel(`Choose ${customer.keyId}`).focus();
  await page.keyboard.press('Space');
  await page.getByText('1 chosen').waitFor();
});

test('on a phone screens are reached by a menu, lists sorted by a choice, and dialogs fit', async () => {
  const { page } = await signedIn('owner', { viewport: { width: 390, height: 700 } });
  const menu = page.getByRole('button', { name: 'Navigation' });
  assert.equal(await menu.getAttribute('aria-expanded'), 'false');
  await menu.click();
  await open(page, 'Users');
  assert.equal(await menu.getAttribute('aria-expanded'), 'false', 'what was chosen closes it');
  await page.getByLabel('Sorted by').selectOption('-created_at');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(/sort=-created_at/);
  await page.getByLabel('All rows of this page').check();
  for (const name of ['New user', 'Top up', 'Suspend']) {
    await page.getByRole('button', { name, exact: true }).click();
    const box = await page.getByRole('dialog').boundingBox();
    assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 390 && box.y >= 0 && box.y + box.height <= 700, name);
    assert.deepEqual(await seriousFaults(page), [], name);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  assert.ok((await overflowOf(page)) <= 0);
});
