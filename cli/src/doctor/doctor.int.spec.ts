import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { borrowNats } from '#testkit/borrowed-nats.ts';
import { freePort } from '#testkit/free-port.ts';
import { runProgram } from '#testkit/run-program.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { borrowRedis } from '#testkit/temporary-redis.ts';
import { afterAll, test } from '#testkit/test.ts';
import type { Finding } from './finding.ts';

const main = join(import.meta.dirname, '../main.ts');
const folder = mkdtempSync(join(tmpdir(), 'gatewayctl-doctor-'));
const database = await createTemporaryDatabase();
const provider = createServer((_request, response) => response.writeHead(401).end()).listen(0, '127.0.0.1');
await once(provider, 'listening');
const providerUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
const nowhere = `127.0.0.1:${await freePort()}`;
afterAll(async () => {
  provider.close();
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function ctl(args: readonly string[], environment: Readonly<Record<string, string>>) {
  return runProgram(main, args, { cwd: folder, environment: { GATEWAY_DATA_DIR: folder, ...environment } });
}

/** What is found of each part, and the exit code. */
async function diagnosed(environment: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await ctl(['doctor', '--json'], environment);
  assert.equal(stderr, '');
  const { isWell, findings } = JSON.parse(stdout) as { isWell: boolean; findings: readonly Finding[] };
  assert.equal(isWell, code === 0);
  return { code, of: (part: string) => findings.find((finding) => finding.part === part), findings, stdout };
}

function settings(name: string, provider: object): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    JSON.stringify({ providers: [{ name: 'vllm', kind: 'openai', apiKeyEnv: 'VLLM_KEY', ...provider }] }),
  );
  return file;
}

test('a sound installation is found sound, part by part, with exit code 0', async () => {
  await using nats = await borrowNats();
  await using redis = await borrowRedis();
  const environment = {
    GATEWAY_CONFIG: settings('sound', { baseUrl: providerUrl, catalogue: 'openai', models: ['gpt-4o-mini'] }),
    VLLM_KEY: 'a-secret-key-7f3a',
    DATABASE_URL: database.connectionString,
    NATS_URL: nats.url,
    REDIS_URL: redis.url,
  };
  assert.equal((await ctl(['migrate'], environment)).code, 0);
  const { code, of, findings, stdout } = await diagnosed(environment);
  assert.equal(code, 0);
  assert.deepEqual(
    findings.filter(({ status }) => status !== 'ok'),
    [],
  );
  for (const part of ['settings', 'disk', 'database', 'clock', 'schema quota', 'bus', 'redis', 'provider vllm']) {
    assert.equal(of(part)?.status, 'ok', part);
  }
  assert.match(of('provider vllm')?.message ?? '', /answers at .* \(status 401\)/);
  assert.doesNotMatch(stdout, /7f3a/);
});

test('each part that is away or wrong is named with what to do, and the exit code is 1', async () => {
  const environment = {
    GATEWAY_CONFIG: settings('away', { baseUrl: `http://${nowhere}/v1`, catalogue: 'house', models: ['llama'] }),
    DATABASE_URL: `postgresql://u:secret7f3a@${nowhere}/none`,
    NATS_URL: `nats://${nowhere}`,
    REDIS_URL: `redis://:secret7f3a@${nowhere}`,
  };
  const { code, of, findings, stdout } = await diagnosed(environment);
  assert.equal(code, 1);
  const found = Object.fromEntries(findings.map(({ part, status }) => [part, status]));
  assert.partialDeepStrictEqual(found, {
    database: 'fail',
    bus: 'fail',
    redis: 'warn',
    'provider vllm': 'fail',
    key: 'warn',
    'prices vllm': 'warn',
  });
  for (const { status, advice } of findings) assert.equal(status === 'ok', advice === undefined);
  assert.match(of('database')?.message ?? '', /ECONNREFUSED/);
  assert.match(of('key')?.advice ?? '', /^set it/);
  const unpriced = findings.find(({ part, status }) => part === 'prices vllm' && status === 'warn');
  assert.match(unpriced?.message ?? '', /^llama has no price/);
  assert.match(unpriced?.advice ?? '', /^give house\/llama a price: gatewayctl prices set house\/llama /);
  assert.doesNotMatch(stdout, /7f3a/);
});

test('tables of an older version fail where no start migrates, and are to be looked at where one does', async () => {
  await using empty = await createTemporaryDatabase();
  const environment = { DATABASE_URL: empty.connectionString };
  const off = await diagnosed({ ...environment, GATEWAY_MIGRATE: 'off' });
  assert.equal(off.code, 1);
  assert.match(off.of('schema quota')?.message ?? '', /^lacks 0001-/);
  assert.match(off.of('schema quota')?.advice ?? '', /gatewayctl migrate/);
  const auto = await diagnosed(environment);
  assert.deepEqual([auto.code, auto.of('schema quota')?.status], [0, 'warn']);
});

test('faulty settings are the finding, and nothing else is looked at', async () => {
  const { code, findings } = await diagnosed({ GATEWAY_PROT: '1', DATABASE_URL: 'garbage' });
  assert.equal(code, 1);
  assert.deepEqual(
    findings.map(({ part, status }) => `${part} ${status}`),
    ['settings fail', 'settings fail'],
  );
});

test('for people there is a line for each part, and one for what to do', async () => {
  const { code, stdout } = await ctl(['doctor'], { REDIS_URL: `redis://${nowhere}` });
  assert.equal(code, 0, 'a warning is no failure');
  assert.match(stdout, /^ok +disk +\d/m);
  assert.match(stdout, /^warn +redis +does not answer: .*\n +do: start it/m);
  assert.match(stdout, /^\d+ ok, 1 to look at, 0 failed$/m);
});
