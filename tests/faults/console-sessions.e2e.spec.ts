import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { borrowNats } from '#testkit/borrowed-nats.ts';
import { startDistributedGateway } from '#testkit/distributed-gateway.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { borrowRedis } from '#testkit/temporary-redis.ts';
import { afterAll, test } from '#testkit/test.ts';
import { configure, overHttp } from '../e2e/support/over-http.ts';
import { until } from '../e2e/support/until.ts';

/* Sessions of the console belong to no ingress and to no leader: two ingresses, and leaders that change. */

const undo = new AsyncDisposableStack();
afterAll(() => undo.disposeAsync());
const folder = undo.use(await temporaryDataDir()).path;
const [database, nats, redis] = [
  undo.use(await createTemporaryDatabase()),
  undo.use(await borrowNats()),
  undo.use(await borrowRedis()),
];
const gateway = undo.use(
  await startDistributedGateway({
    databaseUrl: database.connectionString,
    natsUrl: nats.url,
    redisUrl: redis.url,
    environment: await configure(folder, 'http://127.0.0.1:9', {}),
    areLeadersTogether: true,
    processes: { ingress: 2, leaders: 2 },
  }),
);
const [here = '', there = ''] = gateway.urls;
const { admin } = overHttp(() => ({ url: here, adminToken: gateway.adminToken }));

const ofConsole = { 'x-gateway-console': '1', 'content-type': 'application/json' };

async function ask(url: string, path: string, options: { cookie?: string; method?: string; body?: object } = {}) {
  const { cookie, method = 'GET', body } = options;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...ofConsole, ...(cookie === undefined ? {} : { cookie }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const document = JSON.parse((await response.text()) || '{}') as { readonly id?: string; readonly actor?: string };
  return { status: response.status, document, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

async function newCode(): Promise<string> {
  const expires_at = new Date(Date.now() + 600_000).toISOString();
  const body = { name: 'test', role: 'operator', purpose: 'sign_in', expires_at };
  const { status, document } = await admin.call<{ token: string }>('POST', '/admin/admin-tokens', { body });
  assert.equal(status, 201, JSON.stringify(document));
  return document.token;
}

/** Signs in once the ingress knows the code, which it hears of from the log. */
const signIn = (url: string, code: string) =>
  until('the code to be known', async () => {
    const told = await ask(url, '/console/session', { method: 'POST', body: { code } });
    return told.status === 201 ? told : undefined;
  });

const untilStatus = (status: number, url: string, path: string, cookie: string) =>
  until(`${path} to answer ${status}`, async () => (await ask(url, path, { cookie })).status === status || undefined);

test('a session that was opened at one ingress works at the other, and ends at both', async () => {
  const { cookie, document } = await signIn(there, await newCode());
  for (const url of [there, here]) {
    await untilStatus(200, url, '/console/session', cookie);
    assert.equal((await ask(url, '/admin/whoami', { cookie })).document.actor, document.id);
  }
  assert.equal((await ask(here, '/console/session', { cookie, method: 'DELETE' })).status, 204);
  for (const url of [here, there]) await untilStatus(401, url, '/admin/whoami', cookie);
});

test('of several who use one code at two ingresses at once, one is signed in', async () => {
  for (let round = 0; round < 10; round += 1) {
    const code = await newCode();
    // Both will have heard of it then, most likely: else it would be wrong at each, and nothing would be seen.
    await pause(200);
    const uses = [here, there, here, there, here, there].map((url) =>
      ask(url, '/console/session', { method: 'POST', body: { code } }),
    );
    const opened = (await Promise.all(uses)).filter(({ status }) => status === 201);
    assert.ok(opened.length <= 1, `${opened.length} sessions by one code`);
    if (opened.length === 0) await signIn(here, code);
  }
});

test('the leaders are killed: sessions hold, do what they may once others lead, and can be opened and ended', async () => {
  const { cookie } = await signIn(here, await newCode());
  for (const url of [here, there]) await untilStatus(200, url, '/admin/users', cookie);
  const leader = await gateway.leader('accounts');
  const killed = leader.stop('SIGKILL');
  for (const url of [here, there]) {
    assert.equal((await ask(url, '/console/session', { cookie })).status, 200, 'who is signed in stands in memory');
  }
  await killed;
  for (const url of [here, there]) await untilStatus(200, url, '/admin/users', cookie);
  const code = await until('a code to be made', async () => {
    try {
      return await newCode();
    } catch {
      return undefined;
    }
  });
  const second = await signIn(there, code);
  await untilStatus(200, here, '/admin/whoami', second.cookie);
  assert.equal((await ask(there, '/console/session', { cookie, method: 'DELETE' })).status, 204);
  for (const url of [here, there]) {
    await untilStatus(401, url, '/admin/whoami', cookie);
    assert.equal((await ask(url, '/admin/whoami', { cookie: second.cookie })).status, 200);
  }
  leader.start();
  leader.supervise();
  await gateway.ready();
});
