import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Prices and the playground in a real browser, before a running gateway. */

const { installation, signedIn } = await startConsole();

const file = JSON.stringify({
  'gpt-4o-mini': {
    litellm_provider: 'openai',
    mode: 'chat',
    input_cost_per_token: 0.00000031,
    output_cost_per_token: 0.0000006,
  },
});

test('a price is set from a time on and deleted by its name; another file is imported as its difference says', async () => {
  const { page, faults } = await signedIn('billing');
  await open(page, 'Prices');
  await page.getByLabel('Search').fill('openai/gpt-4o-mini');
  await page.getByRole('button', { name: 'Show' }).click();
  const row = page
    .getByRole('row')
    .filter({ has: page.getByRole('cell', { name: 'openai/gpt-4o-mini', exact: true }) });
  await row.getByText('catalogue', { exact: true }).waitFor();
  await row.getByText('$0.15').waitFor();

  await row.getByRole('button', { name: 'Set own price' }).click();
  await page.getByLabel('Input, USD for a million', { exact: true }).fill('0.1234567');
  await page.getByRole('button', { name: 'Publish' }).click();
  await page
    .getByRole('dialog')
    .getByText(/usd_per_million/)
    .first()
    .waitFor();
  await page.getByLabel('Input, USD for a million', { exact: true }).fill('0.2');
  await page.getByLabel('Holds from').fill('2031-01-01T00:00');
  await page.getByRole('button', { name: 'Publish' }).click();
  await row.getByText('later').waitFor();
  await row.getByText('$0.2', { exact: true }).waitFor();
  await row.getByRole('button', { name: 'Delete' }).click();
  await page.getByLabel('Type openai/gpt-4o-mini to go on').fill('openai/gpt-4o-mini');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await row.getByText('catalogue', { exact: true }).waitFor();

  await page.getByRole('button', { name: 'Import' }).click();
  assert.equal(await page.getByRole('button', { name: 'Publish' }).isDisabled(), true);
  await page.getByLabel('Or its text').fill(file);
  await page.getByRole('button', { name: 'Show the difference' }).click();
  const difference = page.getByRole('table', { name: 'What differs' });
  await difference.getByRole('row').filter({ hasText: '$0.15' }).filter({ hasText: '$0.31' }).waitFor();
  const { document: before } = await installation.admin.call<{ data: unknown[] }>('GET', '/admin/prices');
  assert.equal(before.data.length, 0, 'nothing is published by looking');
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('1 prices are published.').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await row.getByText('own', { exact: true }).waitFor();
  await row.getByText('$0.31').waitFor();
  assert.deepEqual(faults, []);
});

test('the playground answers in every format, tells what each costs, and shows it as code without the key', async () => {
  const customer = await installation.customer();
  const { page, context, faults } = await signedIn('operator');
  await open(page, 'Playground');
  const made = page.getByLabel('Or one for an hour, of');
  await made.selectOption(customer.userId);
  await page.getByRole('button', { name: 'Make a key' }).click();
  await page.getByText('Made. It ends at').waitFor();
  const key = await page.getByLabel('API key').inputValue();
  assert.match(key, /^ak_/);
  await page.getByLabel('Prompt').fill("a canary's prompt");
  for (const [format, model, sdk] of [
    ['chat', 'gpt-4o-mini', 'from openai import OpenAI'],
    ['responses', 'gpt-4o-mini', 'client.responses.create'],
    ['messages', 'claude-haiku-4-5', 'from anthropic import Anthropic'],
    ['gemini', 'gpt-4o-mini', 'from google import genai'],
  ] as const) {
    await page.getByLabel('Format').selectOption(format);
    await page.getByLabel('Model', { exact: true }).fill(model);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('data').first().waitFor();
    await page.getByRole('button', { name: 'Send' }).waitFor();
    assert.notEqual((await page.locator('[data-answer]').textContent()) ?? '', '', format);
    const cost = (await page.locator('data').first().getAttribute('value')) ?? '';
    assert.match(cost, /^0\.0*[1-9]\d*$/, format);
    const curl = (await page.locator('[data-code]').textContent()) ?? '';
    assert.ok(curl.startsWith('curl ') && curl.includes(model) && !curl.includes(key), curl);
    assert.ok(curl.includes(`canary'\\''s`), 'a quote ends no text of the shell');
    await page.getByLabel('Language').selectOption('Python');
    assert.ok(((await page.locator('[data-code]').textContent()) ?? '').includes(sdk), format);
    await page.getByLabel('Language').selectOption('curl');
  }
  await page.getByLabel('Model', { exact: true }).fill('no-such-model');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('alert').filter({ hasText: 'no-such-model' }).waitFor();

  const kept = JSON.stringify([
    await page.evaluate('[{ ...localStorage }, { ...sessionStorage }, location.href]'),
    (await context.storageState()).origins,
  ]);
  assert.ok(!kept.includes(key) && !kept.includes('canary'), kept);
  assert.deepEqual(faults, []);
  await page.reload();
  assert.equal(await page.getByLabel('API key').inputValue(), '', 'the key is gone with the page');
});

test('an auditor pastes a key, and is offered none, nor a price to change', async () => {
  const { page } = await signedIn('auditor');
  await open(page, 'Playground');
  await page.getByLabel('API key').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Make a key' }).count(), 0);
  await open(page, 'Prices');
  await page.getByRole('table', { name: 'Prices' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /Import|Set/ }).count(), 0);
});

test('prices and the playground are free of serious faults for assistive technology, and fit a phone', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await signedIn('owner', { colorScheme });
    await open(page, 'Prices');
    await page.getByRole('table').first().waitFor();
    assert.deepEqual(await seriousFaults(page), [], `Prices, ${colorScheme}`);
    await page.getByRole('button', { name: 'Import' }).click();
    assert.deepEqual(await seriousFaults(page), [], `the import, ${colorScheme}`);
    await page.getByRole('button', { name: 'Close' }).click();
    await open(page, 'Playground');
    assert.deepEqual(await seriousFaults(page), [], `Playground, ${colorScheme}`);
    assert.deepEqual(faults, []);
  }
  const { page } = await signedIn('owner', { viewport: { width: 390, height: 800 } });
  for (const title of ['Prices', 'Playground']) {
    await page.getByRole('button', { name: 'Navigation' }).click();
    await open(page, title);
    await page.waitForLoadState('networkidle');
    assert.ok((await overflowOf(page)) <= 0, `${title} is too wide`);
  }
});
