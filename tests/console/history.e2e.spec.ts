import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { test } from '#testkit/test.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* The state at any time, in a real browser. */

const { installation, signedIn } = await startConsole();

const TITLE = 'State at a time';
/** Between two steps, so that a place of the slider is between them however long the steps take. */
const APART_MS = 1_000;

interface LogMoment {
  readonly position: number;
  readonly chain: string;
  readonly first_at: string;
  readonly head_at: string;
}

interface Then {
  readonly balances: readonly { readonly payer_id: string; readonly balance_usd: string }[];
}

async function called<T extends object>(verb: string, path: string, body?: object): Promise<T> {
  const { status, document } = await installation.admin.call<T>(verb, path, body === undefined ? {} : { body });
  assert.ok(status < 300, `${verb} ${path}: ${status} ${JSON.stringify(document)}`);
  return document;
}

const momentAt = (at: string): Promise<LogMoment> => called('GET', `/admin/log/moment?at=${at}`);

/** A time with nothing about it. */
async function quietTime(): Promise<string> {
  await pause(APART_MS);
  const at = new Date().toISOString();
  await pause(APART_MS);
  return at;
}

const limit = (amount: number) => ({ subject: { kind: 'gateway' }, unit: 'requests', period: 'day', amount });
const price = (usd: string) => ({
  prices: [
    { unit: 'input', usd_per_million: usd },
    { unit: 'output', usd_per_million: '7' },
  ],
});

const { client, userId } = await installation.customer();
await called('PUT', '/admin/limits/of-a-day', limit(1_111));
await called('PUT', '/admin/prices/openai/house-model', price('1.25'));
await installation.settled();
const beforeSpending = await quietTime();
const messages = [{ role: 'user' as const, content: 'Hi' }];
await client.chat.completions.create({ model: 'gpt-4o-mini', messages });
await installation.settled();
const beforeLimit = await quietTime();
await called('PUT', '/admin/limits/of-a-day', limit(2_222));
const beforePrice = await quietTime();
await called('PUT', '/admin/prices/openai/house-model', price('2.5'));
const afterAll = await quietTime();
await called('DELETE', '/admin/limits/of-a-day');

const slider = (page: Page) => page.getByRole('slider', { name: 'Time' });
const position = (page: Page) => page.getByRole('status').filter({ hasText: /^Position [\d,]+ of/ });

async function goTo(page: Page, at: string): Promise<void> {
  await page.getByLabel('Exact time').fill(at);
  await page.getByRole('button', { name: 'Go there' }).click();
  await untilShown(page, at);
}

/** By the keys that a slider has: to its beginning, by tenths, by places. */
async function slideTo(page: Page, at: string): Promise<void> {
  const { first_at, head_at } = await momentAt(at);
  const [first, last] = [Date.parse(first_at), Date.parse(head_at)];
  const place = Math.round(((Date.parse(at) - first) / (last - first)) * 1_000);
  await slider(page).focus();
  await page.keyboard.press('Home');
  for (let tenth = 0; tenth < Math.floor(place / 100); tenth += 1) await page.keyboard.press('PageUp');
  for (let one = 0; one < place % 100; one += 1) await page.keyboard.press('ArrowRight');
  await untilShown(page, at);
}

async function untilShown(page: Page, at: string): Promise<void> {
  const { position: expected } = await momentAt(at);
  await position(page)
    .filter({ hasText: `Position ${expected.toLocaleString('en')} of` })
    .waitFor();
}

/** The row of before stays until the answer of this time is there. */
async function untilBalance(page: Page, usd: string): Promise<void> {
  const row = page.getByRole('table', { name: 'Balances then' }).getByRole('row').filter({ hasText: userId });
  await row.getByRole('cell').nth(4).locator(`data[value="${usd}"]`).waitFor();
}

async function balanceThen(at: string): Promise<string> {
  const { balances } = await called<Then>('GET', `/admin/history/balances?at=${at}`);
  return balances.find(({ payer_id }) => payer_id === userId)?.balance_usd ?? '';
}

async function openedThen(page: Page, view: string, id: string): Promise<string> {
  await page.getByRole('navigation', { name: 'What is shown' }).getByRole('link', { name: view }).click();
  await page
    .getByRole('table', { name: `${view} then` })
    .getByRole('button', { name: id, exact: true })
    .click();
  return (await page.getByRole('dialog').locator('pre').textContent()) ?? '';
}

test('balances go back with the slider, and say what has moved since', async () => {
  const { page, faults } = await signedIn('auditor');
  await open(page, TITLE);
  await slideTo(page, beforeSpending);
  const [had, has] = [await balanceThen(beforeSpending), await balanceThen(beforeLimit)];
  assert.notEqual(had, has);
  await untilBalance(page, had);
  await slideTo(page, beforeLimit);
  await untilBalance(page, has);
  // The time stands in the URL: who is sent it sees the same.
  await page.reload();
  await untilShown(page, beforeLimit);
  await untilBalance(page, has);
  assert.deepEqual(faults, []);
});

test('a limit and a price are shown as they were, and what is different now', async () => {
  const { page, faults } = await signedIn('operator');
  await open(page, TITLE);
  await slideTo(page, beforeLimit);
  assert.match(await openedThen(page, 'Limits', 'of-a-day'), /"amount": "1111"/);
  await page.getByRole('dialog').getByText('It is no more.').waitFor();
  await page.keyboard.press('Escape');
  await slideTo(page, beforePrice);
  assert.match(await openedThen(page, 'Limits', 'of-a-day'), /"amount": "2222"/);
  await page.keyboard.press('Escape');
  assert.match(await openedThen(page, 'Own prices', 'openai/house-model'), /"usd_per_million": "1.25"/);
  await page.getByRole('table', { name: 'Different now' }).getByText('prices', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await goTo(page, afterAll);
  assert.match(await openedThen(page, 'Own prices', 'openai/house-model'), /"usd_per_million": "2.5"/);
  assert.deepEqual(faults, []);
});

test('the position is verified from the page up to there, and has the hash that was shown', async () => {
  const { page, faults } = await signedIn('billing');
  await open(page, TITLE);
  await goTo(page, beforeLimit);
  const { position: upTo, chain } = await momentAt(beforeLimit);
  await page.getByText(chain).waitFor();
  const views = page.getByRole('navigation', { name: 'What is shown' });
  assert.equal(await views.getByRole('link', { name: 'API keys' }).count(), 0, 'keys are not its business');
  await page.getByRole('link', { name: 'Verify the log up to here' }).click();
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText('the hash is the one that was shown').waitFor();
  await page.getByText(`up to position ${upTo.toLocaleString('en')} of`).waitFor();
  assert.deepEqual(faults, []);
});

test('before the log there was nothing, the future is refused, and what is no time is said to be none', async () => {
  const { page } = await signedIn('auditor');
  await open(page, TITLE);
  await page.getByLabel('Exact time').fill('2001-01-01T00:00:00Z');
  await page.getByRole('button', { name: 'Go there' }).click();
  await page.getByText('The log had not begun').waitFor();
  await page.getByText('No balance had moved by then.').waitFor();
  await page.getByLabel('Exact time').fill('soon');
  await page.getByRole('button', { name: 'Go there' }).click();
  await page.getByText('Write a time such as').waitFor();
  await page.getByLabel('Exact time').fill('2999-01-01T00:00:00Z');
  await page.getByRole('button', { name: 'Go there' }).click();
  await page.getByRole('alert').getByText("'at' must not be in the future").waitFor();
});

test('the screen is free of serious faults for assistive technology, in light and dark, wide and narrow', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, context } = await signedIn('owner', { colorScheme });
    await open(page, TITLE);
    await goTo(page, beforeLimit);
    await page.getByRole('table', { name: 'Balances then' }).waitFor();
    assert.deepEqual(await seriousFaults(page), [], colorScheme);
    await openedThen(page, 'Limits', 'of-a-day');
    assert.deepEqual(await seriousFaults(page), [], `a limit then, ${colorScheme}`);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 390, height: 800 });
    assert.ok((await overflowOf(page)) <= 0, 'it is too wide');
    await context.close();
  }
});
