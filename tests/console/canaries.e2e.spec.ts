import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, test } from '#testkit/test.ts';
import { openLogReader } from '../e2e/support/log-reader.ts';
import { open } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/*
 * Secrets and people go through the whole console, and are then looked for wherever something could have kept them. What one searches
 * for is the exception that is meant: a list's filters stand in the URL, so that it can be sent to somebody. They stand nowhere else.
 */

const traces: Buffer[] = [];
const collector = createServer(async (request, response) => {
  traces.push(await buffer(request));
  response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
});
await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
const { port } = collector.address() as AddressInfo;
const { installation, browser } = await startConsole({
  environment: { GATEWAY_LOG_LEVEL: 'trace', OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
});
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  collector.closeAllConnections();
  collector.close();
});

const NAME = 'Radia-Canary-9c1e';
const EMAIL = 'radia-9c1e@canary.example';
const SEARCHED = 'searched-canary-9c1e';

/** What must be found nowhere, with a name for each. */
const canaries = new Map([
  ['the name', NAME],
  ['the e-mail', EMAIL],
  ['the prompt', 'prompt-canary-9c1e'],
  ['the provider’s key', 'sk-provider-canary-9c1e'],
  ['the key in the environment', 'provider-key-of-the-tests'],
]);

function assertNone(text: string, where: string, others: readonly (readonly [string, string])[] = []): void {
  for (const [what, canary] of [...canaries, ...others]) {
    assert.ok(canary.length >= 10, what);
    assert.ok(!text.includes(canary), `${what} stands in ${where}`);
  }
}

/** What the browser told of itself: every address it asked or was at, every Referer, every line of its console. */
interface Told {
  readonly addresses: string[];
  readonly referers: string[];
  readonly lines: string[];
}

function listening(page: Page): Told {
  const told: Told = { addresses: [], referers: [], lines: [] };
  page.on('request', (request) => {
    told.addresses.push(request.url());
    const { referer } = request.headers();
    if (referer) told.referers.push(referer);
  });
  page.on('framenavigated', (frame) => told.addresses.push(frame.url()));
  page.on('console', (message) => told.lines.push(message.text()));
  return told;
}

/** Run in the page, which knows names that this file does not. */
const KEPT = `(async () => {
  const cached = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
  return JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, await indexedDB.databases(), cached.flat().map(({ url }) => url),
    document.cookie, history.state, window.name, location.href,
  ]);
})()`;

/** All that a script of the page could read again later, and the cookies that no script can. */
async function keptBy(
  context: BrowserContext,
  page: Page,
): Promise<{ readonly scripts: string; readonly cookies: string }> {
  const scripts = await page.evaluate<string>(KEPT);
  const { cookies, origins } = await context.storageState({ indexedDB: true });
  return { scripts: scripts + JSON.stringify(origins), cookies: JSON.stringify(cookies) };
}

async function shownOnce(page: Page): Promise<string> {
  const secret = (await page.locator('[data-secret]').textContent()) ?? '';
  await page.getByRole('button', { name: 'Close' }).last().click();
  return secret;
}

async function makePerson(page: Page): Promise<void> {
  await open(page, 'Users');
  await page.getByRole('button', { name: 'New user' }).click();
  await page.getByLabel('Name', { exact: true }).fill(NAME);
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: NAME, level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Top up' }).click();
  await page.getByLabel('Amount in USD').fill('12.5');
  await page.getByRole('button', { name: 'Add to the balance' }).click();
  await page.getByText('$12.50').first().waitFor();
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name', { exact: true }).fill('laptop');
  await page.getByRole('button', { name: 'Create' }).click();
  canaries.set('the API key', await shownOnce(page));
}

async function askInPlayground(page: Page): Promise<void> {
  await open(page, 'Playground');
  await page.getByLabel('API key').fill(canaries.get('the API key') ?? '');
  await page.getByLabel('Model', { exact: true }).fill('gpt-4o-mini');
  await page.getByLabel('Prompt').fill(canaries.get('the prompt') ?? '');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('data').first().waitFor();
}

async function makeAccess(page: Page): Promise<void> {
  await open(page, 'Admin access');
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'New token' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('robot');
  await dialog.getByLabel('Role').selectOption('auditor');
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  canaries.set('a personal token', await shownOnce(page));
  await page.getByRole('button', { name: 'Sign-in link' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('colleague');
  await dialog.getByLabel('Role').selectOption('billing');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  canaries.set('a code', (await shownOnce(page)).split('#sign-in=')[1] ?? '');
}

test('nothing that goes through the console stays in the browser, in an address, a log, a metric, a trace or a table', async () => {
  const { adminToken, url } = installation.gateway();
  canaries.set('the admin token', adminToken);
  const sealed = await installation.admin.call('PUT', '/admin/providers/canary', {
    body: { kind: 'openai', base_url: 'http://127.0.0.1:9/v1', api_key: canaries.get('the provider’s key') },
  });
  assert.equal(sealed.status, 201, JSON.stringify(sealed.document));

  const context = await browser.newContext();
  const page = await context.newPage();
  const told = listening(page);
  await page.goto(`${url}/console/`);
  await page.getByLabel('Admin token').fill(adminToken);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await makePerson(page);
  await makeAccess(page);
  await askInPlayground(page);
  await installation.settled();
  for (const title of ['Requests', 'Usage', 'API keys', 'Providers', 'Audit log', 'Settings', 'Verify the log']) {
    await open(page, title);
    await page.waitForLoadState('networkidle');
  }
  const shown = await page.content();
  const { scripts, cookies } = await keptBy(context, page);

  const code = canaries.get('a code') ?? '';
  const theirs = await (await browser.newContext()).newPage();
  await theirs.goto(`${url}/console/#sign-in=${code}`);
  await theirs.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  assert.ok(!theirs.url().includes(code), 'the code is out of the address');
  await page.goto(`${url}/console/users?search=${SEARCHED}`);
  await page.waitForLoadState('networkidle');

  const session = ['a session', /at_[^"]+/.exec(cookies)?.[0] ?? ''] as const;
  assertNone(scripts, 'what scripts can read', [session]);
  assertNone(cookies, 'cookies');
  assertNone(shown, 'the page, screens later', [session]);
  assertNone(told.addresses.join('\n'), 'an address', [session]);
  assertNone(told.lines.join('\n'), "the browser's console", [session]);
  assert.deepEqual(told.referers, [], 'nobody is told where one was');
  assert.ok(
    told.addresses.some((address) => address.includes(SEARCHED)),
    'as it is meant',
  );

  const metrics = await (await fetch(`${url}/metrics`)).text();
  const { rows: tables } = await log.client.query<{ name: string }>(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  );
  const texts: (readonly [string, string])[] = [];
  for (const { name } of tables) {
    const { rows } = await log.client.query<{ row: string }>(`select t::text as row from ${name} t`);
    texts.push([name, rows.map(({ row }) => row).join('\n')]);
  }
  await installation.stop();
  const places = new Map([
    ...texts,
    ['the metrics', metrics] as const,
    ['the traces', Buffer.concat(traces).toString('latin1')] as const,
    ['the log lines', installation.gateway().lines.join('\n')] as const,
  ]);
  assert.match(places.get('the metrics') ?? '', /gateway_requests_total/);
  assert.match(places.get('the log lines') ?? '', /\/admin\/users/);
  assert.match(places.get('journal.event') ?? '', /UsageRecorded/);
  assert.ok((places.get('the traces') ?? '').length > 1_000);
  for (const [place, text] of places) assertNone(text, place, [session, ['what was searched for', SEARCHED]]);
});
