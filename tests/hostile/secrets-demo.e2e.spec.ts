import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GatewayProcess, startGatewayProcess, temporaryDataDir } from '#testkit/gateway-process.ts';
import { test } from '#testkit/test.ts';
import { adminApi, type KeyDocument, type UserDocument } from '../e2e/support/admin-api.ts';

// Nobody calls it: a provider that is configured is a real one.
const REAL_PROVIDER = { OPENAI_API_KEY: 'key-of-the-tests' };

async function startIn(dataDir: string, environment: Record<string, string> = {}) {
  const gateway = await startGatewayProcess({ dataDir, environment, withBanner: true });
  const stopped = async (): Promise<void> => assert.equal(await gateway.stop(), 0);
  return {
    gateway,
    admin: adminApi(() => gateway),
    output: () => gateway.lines.join('\n'),
    [Symbol.asyncDispose]: stopped,
  };
}

async function isLive({ url }: GatewayProcess, apiKey: string): Promise<boolean> {
  assert.match(apiKey, /^ak_/);
  const { status } = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${apiKey}` } });
  assert.ok(status === 200 || status === 401, String(status));
  return status === 200;
}

async function keptDemoKey(dataDir: string): Promise<string> {
  const secrets = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')) as { demoKey?: string };
  return secrets.demoKey ?? '';
}

type Started = Awaited<ReturnType<typeof startIn>>;

async function demoUser({ admin }: Started): Promise<UserDocument | undefined> {
  const { document } = await admin.call<{ data: UserDocument[] }>('GET', '/admin/users/?limit=100');
  const found = document.data.find((user) => user.name === 'Demo');
  // A list shows users without their keys.
  return found && admin.user(found.id);
}

/** Whether the demo user has a key that is not revoked. */
async function hasLiveKey(started: Started): Promise<boolean> {
  return (await demoUser(started))?.keys.some((key) => !key.revoked) ?? false;
}

test('a demo key that was revoked stays revoked: no start makes another, and the banner says how to make a key', async (context) => {
  const dataDir = await temporaryDataDir();
  context.defer(() => dataDir[Symbol.asyncDispose]());
  let demoKey = '';
  {
    await using first = await startIn(dataDir.path);
    ({ demoKey } = first.gateway);
    assert.ok(await isLive(first.gateway, demoKey));
    const [key] = (await demoUser(first))?.keys ?? [];
    await first.admin.call<KeyDocument>('POST', `/admin/api-keys/${key?.id}/revoke`);
    assert.ok(!(await isLive(first.gateway, demoKey)));
  }
  for (const _start of [1, 2]) {
    await using again = await startIn(dataDir.path);
    assert.ok(!(await isLive(again.gateway, demoKey)));
    assert.ok(!(await hasLiveKey(again)));
    assert.equal(await keptDemoKey(dataDir.path), demoKey);
    assert.match(again.output(), /demo key +none: it was revoked/);
    assert.match(again.output(), /\/admin\/api-keys\//);
  }
});

test('with real providers there is no demo: its key is revoked, its user is given none, its credit is spent by nobody', async (context) => {
  const dataDir = await temporaryDataDir();
  context.defer(() => dataDir[Symbol.asyncDispose]());
  let demoKey = '';
  {
    await using simulated = await startIn(dataDir.path);
    ({ demoKey } = simulated.gateway);
    assert.ok(await isLive(simulated.gateway, demoKey));
  }
  {
    await using real = await startIn(dataDir.path, REAL_PROVIDER);
    assert.ok(!(await isLive(real.gateway, demoKey)));
    assert.match(real.output(), /demo key +revoked: real providers are configured/);
    assert.match(real.output(), /"msg":"demo key revoked: real providers are configured"/);
    const user = await demoUser(real);
    assert.deepEqual(
      user?.keys.map((key) => key.revoked),
      [true],
    );
    const made = await real.admin.call('POST', '/admin/api-keys/', { body: { user_id: user?.id, name: 'another' } });
    assert.equal(made.status, 409);
  }
  await using simulatedAgain = await startIn(dataDir.path);
  assert.ok(!(await isLive(simulatedAgain.gateway, demoKey)));
  assert.ok(!(await hasLiveKey(simulatedAgain)));
});

test('with real providers from the start, or with GATEWAY_DEMO=off, no demo user is ever made', async (context) => {
  const dataDir = await temporaryDataDir();
  context.defer(() => dataDir[Symbol.asyncDispose]());
  for (const environment of [{ GATEWAY_DEMO: 'off' }, { ...REAL_PROVIDER, GATEWAY_HOST: '0.0.0.0' }]) {
    await using started = await startIn(dataDir.path, environment);
    assert.equal(started.gateway.demoKey, '');
    assert.equal(await demoUser(started), undefined);
    assert.match(started.output(), /demo key +none: /);
  }
});

test('a demo that is turned off has its key revoked for good', async (context) => {
  const dataDir = await temporaryDataDir();
  context.defer(() => dataDir[Symbol.asyncDispose]());
  let demoKey = '';
  {
    await using on = await startIn(dataDir.path);
    ({ demoKey } = on.gateway);
  }
  for (const environment of [{ GATEWAY_DEMO: 'off' }, {}]) {
    await using started = await startIn(dataDir.path, environment);
    assert.ok(!(await isLive(started.gateway, demoKey)));
    assert.ok(!(await hasLiveKey(started)));
  }
});

test('a real provider that is set while the gateway runs is never paid by the demo, and ends it at the next start', async (context) => {
  const dataDir = await temporaryDataDir();
  context.defer(() => dataDir[Symbol.asyncDispose]());
  let demoKey = '';
  {
    await using first = await startIn(dataDir.path);
    ({ demoKey } = first.gateway);
    // Nobody listens there: a request that went to it would fail.
    const body = {
      kind: 'openai',
      base_url: 'http://127.0.0.1:1/v1',
      catalogue: 'openai',
      models: ['gpt-4o-mini', 'gpt-real'],
    };
    assert.equal((await first.admin.call('PUT', '/admin/providers/real', { body })).status, 201);
    const ask = async (model: string) => {
      const sent = { model, messages: [{ role: 'user', content: 'Hello' }] };
      return (await first.admin.call('POST', '/v1/chat/completions', { body: sent, token: demoKey })).status;
    };
    assert.equal(await ask('gpt-4o-mini'), 200);
    assert.equal(await ask('gpt-real'), 404);
    assert.equal(await ask('real/gpt-4o-mini'), 404);
  }
  await using again = await startIn(dataDir.path);
  assert.ok(!(await isLive(again.gateway, demoKey)));
});
