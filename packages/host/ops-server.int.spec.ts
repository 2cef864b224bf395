import assert from 'node:assert/strict';
import { createLogger } from '#telemetry/logger.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { type Scope, test } from '#testkit/test.ts';
import { type OpsServerOptions, startOpsServer } from './ops-server.ts';

async function serve(context: Scope, options: Partial<OpsServerOptions>): Promise<string> {
  const { registry } = createMetrics({ withProcessDefaults: false });
  const logger = createLogger({ level: 'silent', service: 'host' });
  const server = await startOpsServer({
    host: '127.0.0.1',
    port: 0,
    registry,
    checks: new Map(),
    publishers: [],
    logger,
    ...options,
  });
  context.defer(() => server.close());
  return server.url;
}

async function statusAndBody(url: string, init: RequestInit = {}): Promise<readonly [number, string]> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) });
  return [answer.status, await answer.text()];
}

test('a check that throws is a reason, and the process lives on', async (context) => {
  const checks = new Map([
    ['good', () => 'ok'],
    [
      'bad',
      () => {
        throw new Error('the part is broken');
      },
    ],
  ]);
  const url = await serve(context, { checks });
  const [status, body] = await statusAndBody(`${url}/health/ready?verbose`);
  assert.equal(status, 503);
  assert.deepEqual(JSON.parse(body), { status: 'not_ready', checks: { good: 'ok', bad: 'the part is broken' } });
  assert.equal((await statusAndBody(`${url}/health`))[0], 200);
});

test('metrics that cannot be brought up to date are not published as if they were', async (context) => {
  const url = await serve(context, { publishers: [() => Promise.reject(new Error('no answer'))] });
  const [status, body] = await statusAndBody(`${url}/metrics`);
  assert.equal(status, 500);
  assert.doesNotMatch(body, /gateway_/);
  assert.equal((await statusAndBody(`${url}/health`))[0], 200);
});

test('it answers nothing else', async (context) => {
  const url = await serve(context, {});
  assert.equal((await statusAndBody(`${url}/admin/users/`))[0], 404);
  assert.equal((await statusAndBody(`${url}/health`, { method: 'POST', body: 'x' }))[0], 405);
  assert.deepEqual(await statusAndBody(`${url}/health`, { method: 'HEAD' }), [200, '']);
});

test('with a token, the metrics are for those who send it, and health is for anyone', async (context) => {
  const url = await serve(context, { metricsToken: 'a-token-for-metrics' });
  assert.equal((await statusAndBody(`${url}/metrics`))[0], 401);
  const headers = { authorization: 'Bearer a-token-for-metrics' };
  assert.equal((await statusAndBody(`${url}/metrics`, { headers }))[0], 200);
  assert.equal((await statusAndBody(`${url}/health/ready`))[0], 200);
});
