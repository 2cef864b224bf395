import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { openLogReader } from '../e2e/support/log-reader.ts';
import { open, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* What is stuck, and the way back, in a real browser. */

const { installation, signedIn } = await startConsole();
const log = await openLogReader(installation);
afterAll(() => log[Symbol.asyncDispose]());

test('what is stuck is seen with why, an auditor is offered no retry, and a retry after the mend gives it its outcome', async () => {
  const { client } = await installation.customer();
  const { page, faults } = await signedIn('operator');
  await open(page, 'Dead letters');
  await page.getByText('Each event has its outcome').waitFor();

  await log.client.query("alter table billing.usage_day add constraint mistake check (model <> 'o3-mini')");
  await client.chat.completions.create({ model: 'o3-mini', messages: [{ role: 'user', content: 'Hi' }] });
  const row = page.getByRole('row').filter({ hasText: 'billing.usage_units' });
  await row.getByText(/sqlstate_23514: .*"mistake"/).waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  const auditor = await signedIn('auditor');
  await open(auditor.page, 'Dead letters');
  await auditor.page.getByText(/sqlstate_23514/).waitFor();
  assert.equal(await auditor.page.getByRole('button', { name: /^Try/ }).count(), 0);

  await row.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('0 have their outcome now, 1 are stuck still.').waitFor();
  await log.client.query('alter table billing.usage_day drop constraint mistake');
  await page.getByRole('button', { name: 'Try all again' }).click();
  await page.getByText('Each event has its outcome').waitFor();
  const { document } = await installation.admin.call<{ dead_letters: unknown[]; consumers: string[] }>(
    ...(['GET', '/admin/dead-letters'] as const),
  );
  assert.deepEqual(document.dead_letters, []);
  assert.ok(document.consumers.includes('quota.accounts') && document.consumers.includes('billing.charges'));
  assert.deepEqual(faults, []);
});
