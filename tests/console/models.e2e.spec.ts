import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Models, aliases and routes in a real browser, before a running gateway. */

const { signedIn } = await startConsole();

test('a model and an alias are defined, changed as JSON with the gateway’s own check, and deleted by name', async () => {
  const { page, faults } = await signedIn('operator');
  await open(page, 'Models');
  await page.getByLabel('Search').fill('gpt-4o-mini');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('row').filter({ hasText: 'sim-openai' }).filter({ hasText: 'priced' }).first().waitFor();
  assert.equal(new URL(page.url()).searchParams.get('search'), 'gpt-4o-mini');

  await page.getByRole('button', { name: 'New model' }).click();
  await page.getByLabel('Name', { exact: true }).fill('house-model');
  await page.getByLabel('Targets').fill('sim-openai/gpt-4o-mini weight=heavy');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'weight=heavy' }).waitFor();
  await page.getByLabel('Targets').fill('sim-openai/gpt-4o-mini weight=2');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('link', { name: 'Definitions' }).click();
  await page.getByRole('cell', { name: 'sim-openai/gpt-4o-mini weight=2' }).waitFor();

  await page.getByRole('button', { name: 'house-model as JSON' }).click();
  const json = page.getByLabel('JSON', { exact: true });
  assert.match(await json.inputValue(), /"weight": 2/);
  await json.fill('{ "targets": [{ "provider": "sim-openai", "model": "gpt-4o-mini" }], "strategy": "by_moon" }');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').filter({ hasText: 'strategy' }).waitFor();
  await json.fill('{ "targets": [{ "provider": "sim-openai", "model": "gpt-4o-mini" }], "strategy": "random" }');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: 'random' }).waitFor();

  await page.getByRole('button', { name: 'New alias' }).click();
  await page.getByLabel('Name', { exact: true }).fill('fast');
  await page.getByLabel('Models').fill('house-model');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('link', { name: 'Aliases' }).click();
  await page.getByRole('cell', { name: 'house-model' }).waitFor();
  await page.getByRole('link', { name: 'Offered' }).click();
  await page.getByLabel('Search').fill('fast');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('row').filter({ hasText: 'alias' }).filter({ hasText: 'sim-openai' }).waitFor();

  await page.getByRole('link', { name: 'Aliases' }).click();
  await page.getByRole('button', { name: 'Delete fast' }).click();
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true });
  assert.equal(await confirm.isDisabled(), true);
  await page.getByLabel('Type fast to go on').fill('fast');
  await confirm.click();
  await page.getByText('An alias lets clients keep a name').waitFor();
  assert.deepEqual(faults, []);
});

test('a route is made, and explains what a request would get, with what does not fit', async () => {
  const { page, faults } = await signedIn('operator');
  await open(page, 'Routes');
  for (const [name, order, tags] of [
    ['for-blue', '1', 'blue'],
    ['for-all', '2', ''],
  ] as const) {
    await page.getByRole('button', { name: 'New route' }).click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Order').fill(order);
    await page.getByLabel('Models').fill('gpt-4o-mini');
    await page.getByLabel('Tags').fill(tags);
    await page.getByLabel('Targets').fill('sim-openai/gpt-4o-mini');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('cell', { name, exact: true }).waitFor();
  }
  await page.getByRole('link', { name: 'What a request would get' }).click();
  await page.getByLabel('Model', { exact: true }).fill('gpt-4o-mini');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('for-blue: does not fit by tags').waitFor();
  await page.getByRole('table', { name: 'Candidates' }).getByRole('cell', { name: 'sim-openai' }).waitFor();
  await page.getByLabel('Tags').fill('blue');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('for-blue: fits').waitFor();
  assert.deepEqual(faults, []);
});

test('an auditor reads models and routes, may explain, and is offered nothing to change', async () => {
  const { page } = await signedIn('auditor');
  await open(page, 'Models');
  await page.getByRole('table', { name: 'Models that are offered' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'New model' }).count(), 0);
  await open(page, 'Routes');
  await page.getByRole('link', { name: 'What a request would get' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /New route|Delete/ }).count(), 0);
});

test('models and routes are free of serious faults for assistive technology, in light and dark, and fit a phone', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await signedIn('owner', { colorScheme });
    for (const title of ['Models', 'Routes']) {
      await open(page, title);
      await page.getByRole('table').first().waitFor();
      assert.deepEqual(await seriousFaults(page), [], `${title}, ${colorScheme}`);
    }
    await page.getByRole('button', { name: 'New route' }).click();
    assert.deepEqual(await seriousFaults(page), [], `the form, ${colorScheme}`);
    assert.deepEqual(faults, []);
  }
  const { page } = await signedIn('owner', { viewport: { width: 390, height: 800 } });
  for (const title of ['Models', 'Routes']) {
    await page.getByRole('button', { name: 'Navigation' }).click();
    await open(page, title);
    await page.getByRole('table').first().waitFor();
    assert.ok((await overflowOf(page)) <= 0, `${title} is too wide`);
  }
});
