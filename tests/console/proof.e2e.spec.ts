import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { gatewayctlJson } from '../e2e/support/gatewayctl.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* What proves a request and the log, in a real browser. */

const { installation, signedIn } = await startConsole();

const limit = { subject: { kind: 'gateway' }, unit: 'requests', period: 'hour', amount: 1_000 };
assert.equal((await installation.admin.call('PUT', '/admin/limits/of-all', { body: limit })).status, 201);

async function answered(): Promise<{ readonly requestId: string; readonly userId: string }> {
  const { client, userId } = await installation.customer();
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  const { response } = await client.chat.completions.create({ model: 'gpt-4o-mini', messages }).withResponse();
  await installation.settled();
  return { requestId: response.headers.get('x-request-id') ?? '', userId };
}

test('a request is told from the log: its limits, its attempts, each price line, its entry and its proof', async () => {
  const { requestId } = await answered();
  const { page, faults } = await signedIn('auditor');
  await page.goto(`${installation.gateway().url}/console/requests?request_id=${requestId}`);
  await page.getByRole('table', { name: 'Requests' }).getByRole('button').first().click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('table', { name: 'Limits checked' }).getByText('1 requests').waitFor();
  await sheet.getByRole('table', { name: 'Attempts' }).getByText('sim-openai / ').waitFor();
  const events = sheet.getByRole('table', { name: 'Events of the request' });
  for (const type of ['RequestAdmitted', 'UsageRecorded', 'ChargePosted']) await events.getByText(type).waitFor();
  assert.equal(await events.getByText('sound', { exact: true }).count(), 3);
  await sheet.getByText('the same', { exact: true }).waitFor();
  await sheet.getByText(/^curl .*\/v1\/chat\/completions .*YOUR PROMPT/).waitFor();

  const path = `/admin/requests/${requestId}/explanation`;
  const { document } = await installation.admin.call<{ charge: { amount_usd: string } }>('GET', path);
  const told = await gatewayctlJson<{ charge: { amountNanoUsd: string } }>(installation.gateway(), [
    ...['audit', 'explain', requestId],
  ]);
  assert.equal(Number(document.charge.amount_usd) * 1e9, Number(told.charge.amountNanoUsd));
  assert.equal((await installation.admin.call('GET', '/admin/requests/nobody/explanation')).status, 404);
  assert.deepEqual(await seriousFaults(page), []);
  assert.deepEqual(faults, []);
});

test('the log is verified from the page up to its head, and the checkpoint is one that the whole audit takes', async () => {
  await answered();
  const { page, faults } = await signedIn('billing');
  await open(page, 'Verify the log');
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText('the log is sound').waitFor();
  const checkpoint = (await page.getByText(/^\d+:[0-9a-f]{64}$/).textContent()) ?? '';
  const report = await gatewayctlJson<{ isVerified: boolean }>(installation.gateway(), [
    ...['audit', 'verify', '--anchor', checkpoint],
  ]);
  assert.equal(report.isVerified, true);
  assert.deepEqual(faults, []);
});

test('the screens of proof are free of serious faults for assistive technology, in light and dark, wide and narrow', async () => {
  await answered();
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, faults } = await signedIn('owner', { colorScheme });
    await open(page, 'Verify the log');
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByText('the log is sound').waitFor();
    assert.deepEqual(await seriousFaults(page), [], `Verify the log, ${colorScheme}`);
    await page.setViewportSize({ width: 390, height: 800 });
    assert.ok((await overflowOf(page)) <= 0, 'Verify the log is too wide');
    await page.setViewportSize({ width: 1_280, height: 800 });
    await open(page, 'Health');
    await page.getByRole('table', { name: 'Read models' }).getByText('in line').first().waitFor();
    await page.getByRole('table', { name: 'Providers’ circuit breakers' }).getByText('sim-openai').waitFor();
    assert.deepEqual(await seriousFaults(page), [], `Health, ${colorScheme}`);
    await open(page, 'Dead letters');
    await page.getByText('Each event has its outcome').waitFor();
    assert.deepEqual(await seriousFaults(page), [], `Dead letters, ${colorScheme}`);
    await open(page, 'Requests');
    await page.getByRole('table', { name: 'Requests' }).getByRole('button').first().click();
    await page.getByRole('dialog').getByRole('table', { name: 'Events of the request' }).waitFor();
    assert.deepEqual(await seriousFaults(page), [], `Request, ${colorScheme}`);
    assert.deepEqual(faults, []);
  }
});
