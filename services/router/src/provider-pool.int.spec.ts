import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { ProviderAccountSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { accountKeyOf, createMasterKey, providerKeyOf } from '#master-key/master-key.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import { createProviderKeys } from './adapters/provider-keys.ts';
import type { ProviderConfig } from './config.ts';
import type { Provider } from './ports.ts';
import { createProviderPool, type ProviderKeys } from './provider-pool.ts';
import { createTestRouter, hostileProvider, keyPlaces, testProvider, wholeAnswer } from './testing.ts';

const ANSWER_MS = 20;

test('providers come, change and go under load, and no request fails', async (t) => {
  const served: string[] = [];
  const serve = (name: string) =>
    hostileProvider(t, (response) => {
      setTimeout(() => {
        served.push(name);
        response.setHeader('content-type', 'application/json');
        response.end(wholeAnswer);
      }, ANSWER_MS);
    });
  const [first, second, third] = await Promise.all([serve('first'), serve('second'), serve('third')]);
  const a = testProvider('a', first, { apiKeyRef: '' });
  const { registry, ask } = createTestRouter(t, { providers: [a] });
  let isOver = false;
  const failures: unknown[] = [];
  const caller = async (): Promise<void> => {
    while (!isOver) {
      const { failure } = await ask({ messages: [] });
      if (failure !== undefined) failures.push(failure);
    }
  };
  const callers = Array.from({ length: 8 }, caller);
  const set = async (fields: object, isServed: string): Promise<void> => {
    registry.load(policy.provider({ ...a.resource.value, ...fields }));
    const before = served.length;
    while (!served.slice(before).includes(isServed)) await pause(5);
  };
  for (let round = 0; round < 10; round++) {
    await set({ baseUrl: second }, 'second');
    await set({ id: 'b', baseUrl: third, priority: 0 }, 'second');
    await set({ status: 'disabled' }, 'third');
    await set({ baseUrl: first, priority: 0 }, 'first');
    await set({ id: 'b', status: 'disabled' }, 'first');
  }
  isOver = true;
  await Promise.all(callers);
  assert.deepEqual(failures, []);
});

test('an answer that runs ends on the connection it began on, when its provider changes and when it goes', async (t) => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const baseUrl = await hostileProvider(t, (response) => {
    response.setHeader('content-type', 'application/json');
    response.write(wholeAnswer.slice(0, 20));
    begin();
    void mayEnd.then(() => response.end(wholeAnswer.slice(20)));
  });
  const p = testProvider('p', baseUrl);
  const { registry, ask, router } = createTestRouter(t, { providers: [p] });
  const asked = ask({ messages: [] });
  await begun;
  registry.load(policy.provider({ ...p.resource.value, baseUrl: 'http://127.0.0.1:1/v1' }));
  registry.load(policy.provider({ ...p.resource.value, status: 'disabled' }));
  assert.deepEqual(router.providerHealth(), []);
  end();
  const { failure, text } = await asked;
  assert.equal(failure, undefined);
  assert.equal(text, wholeAnswer);
});

/** A pool of one provider that calls nobody, with what it was opened with. */
function poolOf(keys: ProviderKeys, fields: Parameters<typeof policy.provider>[0]) {
  const opened: ProviderConfig[] = [];
  const pool = createProviderPool({
    registry: registryOf(policy.provider(fields)),
    keys,
    open(config) {
      opened.push(config);
      return { config, retire: async () => undefined, close: async () => undefined } as unknown as Provider;
    },
    logger: { info: () => undefined, warn: () => undefined },
    onChanged: () => undefined,
  });
  return { pool, opened };
}

test('a provider without a readable key is down, with the reason and what to do', async (t) => {
  const folder = await temporaryDataDir();
  t.defer(() => folder[Symbol.asyncDispose]());
  const keyDir = join(folder.path, 'keys');
  await mkdir(keyDir);
  const at = (name: string): string => join(keyDir, name);
  execFileSync('mkfifo', [at('pipe')]);
  await writeFile(join(folder.path, 'secret'), 'sk-stolen');
  await symlink(join(folder.path, 'secret'), at('link'));
  await symlink('/dev/zero', at('device'));
  await writeFile(at('long'), 'x'.repeat(10_001));
  await writeFile(at('lines'), 'a\nb\n');
  const sealed = createMasterKey(randomBytes(32).toString('hex')).seal('sk', providerKeyOf('p'));
  await writeFile(at('empty'), '\n');
  const keys = createProviderKeys({
    environment: { DATABASE_URL: 'postgres://secret' },
    masterKey: createMasterKey(randomBytes(32).toString('hex')),
    places: keyPlaces([keyDir]),
  });
  for (const [fields, reason] of [
    [{ apiKeyRef: 'env:NO_KEY' }, /NO_KEY is not set/],
    [{ apiKeyRef: `file:${at('none')}` }, /none cannot be read \(ENOENT\)/],
    [{ apiKeyRef: `file:${at('empty')}` }, /is empty/],
    [{ apiKeyRef: `file:${at('long')}` }, /more than a key/],
    [{ apiKeyRef: `file:${at('lines')}` }, /more than a key/],
    [{ apiKeyRef: `file:${keyDir}/.` }, /in none of the directories/],
    [{ apiKeyRef: `file:${at('pipe')}` }, /no regular file/],
    [{ apiKeyRef: `file:${at('device')}` }, /in none of the directories/],
    [{ apiKeyRef: `file:${at('link')}` }, /in none of the directories/],
    [{ apiKeyRef: `file:${folder.path}/secret` }, /in none of the directories/],
    [{ apiKeyRef: 'env:DATABASE_URL' }, /api_key_ref is not allowed/],
    [{ apiKeyRef: 'vault:key' }, /neither/],
    [{ sealedApiKey: sealed }, /not in GATEWAY_MASTER_KEY/],
    [{ baseUrl: 'nowhere' }, /no URL/],
  ] as const) {
    const { pool } = poolOf(keys, { id: 'p', ...fields });
    t.defer(() => pool.close());
    const pooled = pool.get('p');
    assert.ok(pooled?.kind === 'down');
    assert.match(pooled.reason, reason);
  }
});

test('a sealed key opens under the new master key and the one before', (t) => {
  const [before, after] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  const sealedApiKey = createMasterKey(before).seal('sk-sealed', providerKeyOf('p'));
  const keys = createProviderKeys({
    environment: {},
    masterKey: createMasterKey(`${after},${before}`),
    places: keyPlaces(),
  });
  const { pool, opened } = poolOf(keys, { id: 'p', sealedApiKey });
  t.defer(() => pool.close());
  assert.equal(opened[0]?.apiKey, 'sk-sealed');
});

test('an account has its own sealed key, a reference, or the key of its provider', (t) => {
  const masterKey = createMasterKey(randomBytes(32).toString('hex'));
  const keys = createProviderKeys({ environment: { A_KEY: 'sk-referred' }, masterKey, places: keyPlaces() });
  const sealedOf = (id: string) => masterKey.seal(`sk-of-${id}`, accountKeyOf('p', id));
  const accounts = [
    { id: 'own', sealedApiKey: sealedOf('own') },
    { id: 'referred', apiKeyRef: 'env:A_KEY' },
    { id: 'none' },
    { id: 'of another', sealedApiKey: sealedOf('own') },
  ].map((fields) => create(ProviderAccountSchema, fields));
  const sealedApiKey = masterKey.seal('sk-of-provider', providerKeyOf('p'));
  const { pool, opened } = poolOf(keys, { id: 'p', sealedApiKey, accounts });
  t.defer(() => pool.close());
  assert.deepEqual(
    opened.map(({ account, apiKey }) => [account, apiKey]),
    [
      ['own', 'sk-of-own'],
      ['referred', 'sk-referred'],
      ['none', 'sk-of-provider'],
    ],
  );
  const pooled = pool.get('p');
  assert.ok(pooled?.kind === 'open');
  assert.match(pooled.faults.join(), /1 of 4 accounts cannot be used: its key cannot be opened/);
});

test('a key in a file is read again when the file changes', async (t) => {
  const folder = await temporaryDataDir();
  t.defer(() => folder[Symbol.asyncDispose]());
  const path = join(folder.path, 'key');
  await writeFile(path, 'sk-one\n');
  const { pool, opened } = poolOf(
    createProviderKeys({ environment: {}, masterKey: null, places: keyPlaces([folder.path]) }),
    {
      id: 'p',
      apiKeyRef: `file:${path}`,
    },
  );
  t.defer(() => pool.close());
  assert.equal(opened[0]?.apiKey, 'sk-one');
  await writeFile(path, 'sk-two\n');
  while (opened.at(-1)?.apiKey !== 'sk-two') await pause(20);
});
