import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { gatewayctl, gatewayctlJson } from './support/gatewayctl.ts';
import { install } from './support/install.ts';
import { openLogReader } from './support/log-reader.ts';
import { until } from './support/until.ts';

/* A route with a shadow, from the request to the books and the report. */

const installation = await install();
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
});

interface Report {
  readonly comparisons: readonly Readonly<Record<string, unknown>>[];
}

interface Replay {
  readonly results: readonly { readonly rows: number; readonly isEqual: boolean }[];
}

const script = scripted({ usage: { prompt: 100, completion: 20 } });

test('a copy of each request goes to the shadow of its route; the client pays what it pays without, the house the copy', async () => {
  const plain = await installation.customer({ creditUsd: '2' });
  const body = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: script }] };
  await plain.client.chat.completions.create(body);
  await installation.settled();

  const shadowed = await installation.customer({ creditUsd: '2' });
  const route = {
    order: 1,
    models: ['gpt-4o-mini'],
    users: [shadowed.userId],
    shadow: { provider: 'sim-anthropic', model: 'claude-haiku-4-5' },
  };
  const { status, document } = await installation.admin.call<{ id: string }>('PUT', '/admin/routes/compare', {
    body: route,
  });
  assert.equal(status, 201, JSON.stringify(document));
  const answer = await shadowed.client.chat.completions.create(body);
  assert.equal(answer.model.startsWith('gpt-4o-mini'), true);
  const posted = await until('the cost of the copy', async () => (await log.events('ShadowCostPosted'))[0]);
  const [recorded] = await log.events('ShadowRecorded');
  await installation.settled();

  assert.deepEqual(
    [recorded?.data.routeId, recorded?.data.candidate.provider, recorded?.data.outcome, recorded?.data.answer.provider],
    [document.id, 'sim-anthropic', 'OUTCOME_COMPLETED', 'sim-openai'],
  );
  assert.ok(BigInt(posted.data.cost.amountNanoUsd) > 0n);
  const [without, with_] = [await plain.balance(), await shadowed.balance()];
  assert.deepEqual(with_, without);

  const report = await gatewayctlJson<Report>(installation.gateway(), [
    'routes',
    'shadow-report',
    '--route-id',
    document.id,
  ]);
  assert.equal(report.comparisons.length, 1);
  assert.partialDeepStrictEqual(report.comparisons[0], {
    provider: 'sim-openai',
    model: 'gpt-4o-mini',
    shadow_provider: 'sim-anthropic',
    shadow_model: 'claude-haiku-4-5',
    shadow_failed: 0,
    requests: 1,
  });
  const readable = await gatewayctl(installation.gateway(), [
    'routes',
    'shadow-report',
    '--from',
    '2026-01-01T00:00:00Z',
  ]);
  assert.equal(readable.code, 0, readable.stderr);
  assert.match(readable.stdout, /sim-anthropic/);
  const { results } = await gatewayctlJson<Replay>(installation.gateway(), ['replay', 'billing.shadow_comparison']);
  assert.deepEqual(
    results.map(({ rows, isEqual }) => [rows, isEqual]),
    [[1, true]],
  );
  const verified = await gatewayctl(installation.gateway(), ['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout);
  assert.match(verified.stdout, /I20/);
});
