import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import { test } from '#testkit/test.ts';
import { overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Every row of the table of screens, in every look: nothing stands in the way of assistive technology, and nothing is too wide. */

const { installation, signedIn } = await startConsole();

const table = await readFile(fileURLToPath(import.meta.resolve('../../console/src/screens/screens.ts')), 'utf8');
const paths = [...table.matchAll(/path: '([^']+)'/g)].map(([, path]) => path ?? '');

interface Made {
  readonly id: string;
}

const made = async (collection: string, body: object): Promise<string> =>
  (await installation.admin.call<Made>('POST', `/admin/${collection}`, { body })).document.id;

const customer = await installation.customer();
await customer.client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] });
const organisation = await made('organisations', {
  name: 'An organisation with a name that is rather long for a phone',
});
const team = await made('teams', { name: 'A team', organisation_id: organisation });
await installation.admin.call('PATCH', `/admin/users/${customer.userId}`, { body: { team_id: team } });
const limit = { subject: { kind: 'user', id: customer.userId }, unit: 'cost', period: 'day', amount: '5' };
await installation.admin.call('PUT', `/admin/limits/a-limit-of-the-customer-with-a-long-name`, { body: limit });
await installation.admin.call('PUT', '/admin/aliases/fast', { body: { models: ['gpt-4o-mini'] } });
await installation.admin.call('PUT', '/admin/routes/a-route', { body: { models: ['gpt-*'], order: 1 } });
await installation.settled();

/** What stands for `$id`, by the path before it. */
const ids: Readonly<Record<string, string>> = {
  '/users/': customer.userId,
  '/teams/': team,
  '/organisations/': organisation,
  '/providers/': 'sim-openai',
  '/keys/': customer.keyId,
};

function addressOf(path: string): string {
  const [before = '', rest] = path.split('$');
  if (rest === undefined) return path;
  const id = ids[before];
  assert.ok(id !== undefined, `the screen ${path} needs something to show: name it here`);
  return before + id;
}

/** Some twenty screens, each looked through by axe, on a busy machine. */
const LOOK_MS = 300_000;

const phone = { width: 390, height: 800 };
const looks: readonly (readonly [string, BrowserContextOptions])[] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['light, on a phone', { colorScheme: 'light', viewport: phone }],
  ['dark, on a phone', { colorScheme: 'dark', viewport: phone }],
];

for (const [look, options] of looks) {
  test(`every screen is free of serious faults and fits: ${look}`, { timeoutMs: LOOK_MS }, async () => {
    const { page, faults } = await signedIn('owner', options);
    const found: string[] = [];
    for (const path of paths) {
      await page.goto(`${installation.gateway().url}/console${addressOf(path)}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      found.push(...(await seriousFaults(page)).map((fault) => `${path}: ${fault}`));
      const overflow = await overflowOf(page);
      if (overflow > 0) found.push(`${path}: ${overflow} px too wide`);
    }
    assert.deepEqual(found, []);
    assert.deepEqual(faults, []);
    assert.ok(paths.length > 20);
  });
}
