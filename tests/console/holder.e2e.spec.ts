import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, test } from '#testkit/test.ts';
import type { Customer } from '../e2e/support/installation.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole, watched } from './support/start-console.ts';

/* A key holder in a real browser: every way in, every page of theirs, and nothing of anybody else. */

const { installation, browser, signedIn } = await startConsole();
const { url } = installation.gateway();

const titles = ['Overview', 'API keys', 'Usage', 'Requests', 'Statement', 'Prices', 'Playground'];

let ann: Customer;
let bob: Customer;

async function completed({ client }: Customer): Promise<string> {
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  const { response } = await client.chat.completions.create({ model: 'gpt-4o-mini', messages }).withResponse();
  return response.headers.get('x-request-id') ?? '';
}

/** What an answer to Ann must not hold. */
let others: readonly string[] = [];

beforeAll(async () => {
  [ann, bob] = await Promise.all([installation.customer(), installation.customer({ creditUsd: '77.125' })]);
  await completed(ann);
  const requestId = await completed(bob);
  await installation.settled();
  others = [bob.userId, bob.keyId, requestId, '77.125'];
  const limit = { subject: { kind: 'user', id: ann.userId }, unit: 'requests', period: 'day', amount: '9' };
  await installation.admin.call('PUT', '/admin/limits/of-ann', { body: limit });
});

interface HoldersVisit {
  readonly page: Page;
  readonly faults: readonly string[];
  /** What the gateway answered the browser. */
  readonly answers: () => Promise<string>;
}

async function visit(options: BrowserContextOptions = {}): Promise<HoldersVisit> {
  const page = await (await browser.newContext(options)).newPage();
  const told: Promise<string>[] = [];
  page.on('response', (response) => {
    if (/\/(v1|admin|console\/session)/.test(response.url())) told.push(response.text().catch(() => ''));
  });
  const faults = watched(page, url);
  return { page, faults, answers: async () => (await Promise.all(told)).join('\n') };
}

async function byLink({ userId }: Customer, options: BrowserContextOptions = {}): Promise<HoldersVisit> {
  const visited = await visit(options);
  const { document } = await installation.admin.call<{ path: string }>('POST', `/admin/users/${userId}/sign-in-link`, {
    body: {},
  });
  await visited.page.goto(`${url}${document.path}`);
  await visited.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  return visited;
}

test('an operator makes a link for a user, and whoever opens it sees what is theirs and nothing of anybody else', async () => {
  const operator = await signedIn('operator');
  await operator.page.goto(`${url}/console/users/${ann.userId}`);
  await operator.page.getByRole('button', { name: 'Sign-in link' }).click();
  await operator.page.getByRole('button', { name: 'Make the link' }).click();
  const link = (await operator.page.locator('[data-secret]').textContent()) ?? '';
  await operator.page.getByRole('button', { name: 'Close' }).click();

  const { page, faults, answers } = await visit();
  await page.goto(link);
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/console/me');
  assert.equal(new URL(page.url()).hash, '', 'the code is out of the address');
  await page.getByRole('progressbar', { name: /requests a day/ }).waitFor();
  assert.deepEqual(
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link').allTextContents(),
    titles,
    'no screen of administration is offered',
  );
  for (const title of titles) {
    await open(page, title);
    await page.waitForLoadState('networkidle');
  }
  await open(page, 'Requests');
  await page.getByRole('row').filter({ hasText: 'completed' }).getByRole('button').first().click();
  await page.getByRole('dialog').getByText('Charged', { exact: true }).waitFor();
  await page.getByRole('dialog').getByText('sound', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await open(page, 'Usage');
  for (const by of ['day', 'key', 'model']) {
    await page.getByLabel('By', { exact: true }).selectOption(by);
    await page
      .getByRole('table', { name: `Usage by ${by}` })
      .getByRole('row')
      .nth(1)
      .waitFor();
  }
  const told = await answers();
  assert.ok(told.includes(ann.keyId) && told.includes(ann.userId));
  for (const canary of others) assert.ok(!told.includes(canary), canary);
  assert.deepEqual(faults, []);
});

test('a screen of administration is a page that says so, and nothing of it is asked for', async () => {
  const { page, answers } = await byLink(ann);
  for (const path of ['users', `users/${bob.userId}`, 'settings', 'access', 'audit', 'providers']) {
    await page.goto(`${url}/console/${path}`);
    await page.getByRole('heading', { name: 'This page is for administrators', level: 1 }).waitFor();
  }
  await page.getByRole('link', { name: 'To the overview' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  assert.ok(!(await answers()).includes(bob.userId));
  const status = await page.evaluate<number>(
    `fetch('/admin/users', { headers: { 'x-gateway-console': '1' } }).then((each) => each.status)`,
  );
  assert.equal(status, 403);
  const { page: admins } = await signedIn('auditor');
  await admins.goto(`${url}/console/me/keys`);
  await admins.getByRole('heading', { name: 'This page is not for the role auditor' }).waitFor();
});

test('a holder pauses a key, gives it a new secret, and revokes it by its name alone', async () => {
  const carl = await installation.customer();
  const status = async (key: string) =>
    (await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status;
  const { page, faults } = await byLink(carl);
  await open(page, 'API keys');
  const row = page.getByRole('row').nth(1);
  await row.getByRole('button', { name: 'Pause' }).click();
  await row.getByText('paused').waitFor();
  assert.notEqual(await status(carl.apiKey), 200);
  await row.getByRole('button', { name: 'Resume' }).click();
  await row.getByText('active').waitFor();
  await row.getByRole('button', { name: 'Rotate' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/Hours/).fill('0');
  await dialog.getByRole('button', { name: 'Rotate' }).click();
  const secret = (await page.locator('[data-secret]').textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Close' }).click();
  assert.deepEqual([await status(secret), await status(carl.apiKey)], [200, 401]);
  await row.getByRole('button', { name: 'Revoke' }).click();
  assert.equal(await dialog.getByRole('button', { name: 'Revoke' }).isDisabled(), true);
  const [, word = ''] = /Type (\S+) to go on/.exec((await dialog.textContent()) ?? '') ?? [];
  await dialog.getByRole('textbox').fill(word);
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await row.getByText('revoked').waitFor();
  assert.equal(await status(secret), 401);
  assert.deepEqual(faults, []);
});

test('the session of a user who is suspended ends', async () => {
  const dora = await installation.customer();
  const { page } = await byLink(dora);
  await installation.admin.call('POST', `/admin/users/${dora.userId}/suspend`);
  await page.reload();
  await page.getByLabel('API key').waitFor();
  assert.equal(await page.getByRole('navigation', { name: 'Screens' }).count(), 0);
});

test('every page is free of serious faults in light and dark, and fits a phone', { timeoutMs: 120_000 }, async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await byLink(ann, { colorScheme });
    for (const title of titles) {
      await open(page, title);
      await page.waitForLoadState('networkidle');
      assert.deepEqual(await seriousFaults(page), [], `${title}, ${colorScheme}`);
    }
  }
  const { page } = await byLink(ann, { viewport: { width: 390, height: 800 } });
  for (const path of ['', '/keys', '/usage', '/requests', '/statement', '/playground']) {
    await page.goto(`${url}/console/me${path}`);
    await page.waitForLoadState('networkidle');
    const overflow = await overflowOf(page);
    assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`);
  }
});
