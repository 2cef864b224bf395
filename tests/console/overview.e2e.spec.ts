import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* How long balances last, at the overview, in a real browser. */

const { installation, signedIn } = await startConsole();

interface Runways {
  readonly held_usd: string;
  readonly runways: readonly {
    readonly payer_kind: string;
    readonly payer_id: string;
    readonly name: string;
    readonly available_usd: string;
    readonly spent_usd: string;
    readonly spent_per_day_usd: string;
    readonly hours_left: number;
  }[];
}

test('who is out of money first stands first, by name, and the way to their page is one click', async () => {
  const rich = await installation.customer({ creditUsd: '1000' });
  const poor = await installation.customer({ creditUsd: '1' });
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  for (const { client } of [rich, poor]) await client.chat.completions.create({ model: 'gpt-4o-mini', messages });
  await installation.settled();
  const told = async () => (await installation.admin.call<Runways>('GET', '/admin/runways')).document;
  const [first, second, ...others] = (await told()).runways;
  assert.deepEqual([first?.payer_id, second?.payer_id, others], [poor.userId, rich.userId, []]);
  assert.ok(first !== undefined && second !== undefined && first.hours_left < second.hours_left);
  assert.equal(first.payer_kind, 'user');
  assert.equal((await told()).held_usd, '0.00', 'nothing runs any more');
  const inNano = (usd: string) => BigInt(Math.round(Number(usd) * 1e9));
  assert.equal(BigInt(first.hours_left), (inNano(first.available_usd) * 168n) / inNano(first.spent_usd));
  const only = await installation.admin.call<Runways>('GET', '/admin/runways?limit=1');
  assert.deepEqual(
    only.document.runways.map(({ payer_id }) => payer_id),
    [poor.userId],
  );

  const { page, faults } = await signedIn('billing');
  const rows = page.getByRole('table', { name: /How long balances last/ }).getByRole('row');
  await rows.nth(2).waitFor();
  await page.getByText('Held now').waitFor();
  await rows.nth(1).getByRole('link', { name: first.name }).click();
  await page.waitForURL(`**/console/users/${poor.userId}`);
  assert.deepEqual(faults, []);
});

test('it is free of serious faults in light and dark, and fits a phone', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await signedIn('auditor', { colorScheme, viewport: { width: 390, height: 800 } });
    await page.getByRole('table', { name: /How long balances last/ }).waitFor();
    assert.deepEqual(await seriousFaults(page), [], colorScheme);
    assert.ok((await overflowOf(page)) <= 0);
  }
});
