import assert from 'node:assert/strict';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#postgres/embedded-postgres.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { gatewayctl } from '../e2e/support/gatewayctl.ts';
import type { Customer } from '../e2e/support/installation.ts';
import { installStandalone, type StandaloneInstallation } from '../e2e/support/standalone.ts';
import { until } from '../e2e/support/until.ts';
import { ask, completionOf, type Question } from './support/ask.ts';
import { freeze, postmasterPid, signalAll } from './support/server-processes.ts';

/** An answer is promised within 5 s; a machine that is busy with other suites gets the same once more. */
const ANSWERED_WITHIN_MS = 10_000;

const DRAIN_TIMEOUT_MS = 2_000;
/** What a stop may take beyond the drain: some 6 s for what is broken off, some more for a database that is silent. */
const STOP_BEYOND_MS = 20_000;

// A database of its own: nobody starts it again but this test.
const folder = await temporaryDataDir();
const startPostgres = (): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
let postgres: EmbeddedPostgres;
let installation: StandaloneInstallation;
let customer: Customer;
/** Their key may be revoked: a change that is answered with 503 may be made all the same, once the database is back. */
let other: Customer;

beforeAll(async () => {
  postgres = await startPostgres();
  installation = await installStandalone({
    environment: {
      DATABASE_URL: postgres.connectionString,
      GATEWAY_DRAIN_TIMEOUT_MS: String(DRAIN_TIMEOUT_MS),
    },
  });
  customer = await installation.customer();
  other = await installation.customer();
});
afterAll(async () => {
  await installation?.[Symbol.asyncDispose]();
  await postgres?.stop();
  await folder[Symbol.asyncDispose]();
});

const url = (): string => installation.gateway().url;

/** Everything that cannot be answered without the database. */
function questions(): Question[] {
  const bearer = installation.gateway().adminToken;
  const user = `/admin/users/${customer.userId}`;
  return [
    completionOf(customer.apiKey),
    { path: '/v1/usage', bearer: customer.apiKey },
    { path: '/admin/users/', bearer },
    { path: user, bearer },
    { method: 'POST', path: '/admin/users/', bearer, body: { name: 'Bob', email: 'bob@example.com' } },
    { method: 'POST', path: `${user}/balance`, bearer, body: { amount_usd: '1' } },
    { method: 'POST', path: '/admin/api-keys/', bearer, body: { user_id: customer.userId } },
    { method: 'POST', path: `/admin/api-keys/${other.keyId}/revoke`, bearer },
    { path: '/health/ready' },
  ];
}

async function assertAllUnavailable(): Promise<void> {
  const answers = await Promise.all(
    questions().map(async (question) => ({ question, ...(await ask(url(), question)) })),
  );
  for (const { question, status, retryAfter, code, tookMs } of answers) {
    const what = `${question.method ?? 'GET'} ${question.path}`;
    assert.equal(status, 503, what);
    assert.match(retryAfter, /^[1-9]\d*$/, what);
    if (question.path !== '/health/ready') assert.equal(code, 'unavailable', what);
    assert.ok(tookMs < ANSWERED_WITHIN_MS, `${what}: ${tookMs} ms`);
  }
  assert.equal((await ask(url(), { path: '/health' })).status, 200);
  assert.equal((await ask(url(), { path: '/v1/models', bearer: customer.apiKey })).status, 200);
}

/** The one that asks is among them. */
async function requestsInFlight(): Promise<number> {
  const { document } = await installation.admin.call<{ ingress: { requests_in_flight: number } }>(
    'GET',
    '/health/stats',
  );
  return document.ingress.requests_in_flight;
}

async function assertServesAgain(): Promise<void> {
  const isReady = async () => (await ask(url(), { path: '/health/ready' })).status === 200 || undefined;
  await until('the gateway to be ready again', isReady);
  assert.equal((await ask(url(), completionOf(customer.apiKey))).status, 200);
  await installation.settled();
  assert.equal((await customer.balance()).held, 0n);
  const verified = await gatewayctl(installation.gateway(), ['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
}

async function stopIsBounded(): Promise<void> {
  const startedAtMs = performance.now();
  assert.equal(await installation.gateway().stop('SIGTERM'), 0);
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs < DRAIN_TIMEOUT_MS + STOP_BEYOND_MS, `${tookMs} ms`);
}

test('without its database the gateway answers 503 with Retry-After, whatever is asked, and serves again when it is back', async () => {
  signalAll(await freeze(await postmasterPid(folder.path)), 'SIGKILL');
  await assertAllUnavailable();
  // Again, now that the log is known to be away.
  await assertAllUnavailable();
  postgres = await startPostgres();
  await assertServesAgain();
});

test('a database that is frozen is as good as away: 503 in time, and the gateway serves again when it thaws', async () => {
  const frozen = await freeze(await postmasterPid(folder.path));
  try {
    await assertAllUnavailable();
  } finally {
    signalAll(frozen, 'SIGCONT');
  }
  await assertServesAgain();
});

test('a stop takes as long as it says while the database is frozen, with a request that waits for it', async () => {
  const frozen = await freeze(await postmasterPid(folder.path));
  try {
    const answered = ask(url(), completionOf(customer.apiKey));
    await until('the request to be there', async () => (await requestsInFlight()) > 1 || undefined);
    await stopIsBounded();
    assert.equal((await answered).status, 503);
  } finally {
    signalAll(frozen, 'SIGCONT');
  }
  await installation.start();
  await assertServesAgain();
});

test('a stop takes as long as it says while the database is gone', async () => {
  signalAll(await freeze(await postmasterPid(folder.path)), 'SIGKILL');
  await assertAllUnavailable();
  await stopIsBounded();
  postgres = await startPostgres();
  await installation.start();
  await assertServesAgain();
});
