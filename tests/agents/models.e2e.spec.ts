import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { install } from '../e2e/support/install.ts';
import { startRawProvider } from '../e2e/support/raw-provider.ts';
import { until } from '../e2e/support/until.ts';

/*
 * Claude Code asks for the models when it starts, gives up after three seconds, and follows no redirect. What it gets is in the
 * gateway's memory: no provider is waited for.
 */

const hanging = await startRawProvider();
hanging.answer = () => undefined;
const installation = await install({ providers: [{ name: 'hanging', baseUrl: hanging.baseUrl, models: ['gpt-4o'] }] });
afterAll(async () => {
  await hanging[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
});

test('Claude Code is told the models at once while a provider’s own listing hangs', async () => {
  const { apiKey } = await installation.customer();
  const listing = installation.admin
    .call('POST', '/admin/providers/hanging/compare-models', { body: {} })
    .catch(() => undefined);
  await until('the provider to be asked', async () => hanging.requests.length > 0 || undefined);
  const askedBefore = hanging.requests.length;
  const response = await fetch(`${installation.gateway().url}/v1/models?limit=1000`, {
    headers: {
      authorization: `Bearer ${apiKey}`,
      'anthropic-version': '2023-06-01',
      'user-agent': 'claude-cli/2.1.332 (external, cli)',
    },
    redirect: 'manual',
  });
  const { data } = (await response.json()) as { data: readonly { readonly id: string; readonly type: string }[] };
  assert.equal(response.status, 200);
  assert.ok(data.some(({ id, type }) => id.startsWith('claude-') && type === 'model'));
  assert.equal(hanging.requests.length, askedBefore, 'no provider is asked for it');
  await hanging[Symbol.asyncDispose]();
  await listing;
});
