import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GatewayProcess, startGatewayProcess, temporaryDataDir } from '#testkit/gateway-process.ts';
import { afterAll, test } from '#testkit/test.ts';
import { childrenOf } from './support/children.ts';

const GIVEN_TOKEN = 'operators-own-token-7f3a';
const GIVEN_PEPPER = '7f3a'.repeat(16);
const PROVIDER_KEY = 'key-of-a-provider-7f3a';

const dataDir = await temporaryDataDir();
afterAll(() => dataDir[Symbol.asyncDispose]());
const secretsFile = join(dataDir.path, 'secrets.json');

const kept = async () => JSON.parse(await readFile(secretsFile, 'utf8')) as Record<string, string>;

async function withGateway(
  environment: Record<string, string>,
  use: (gateway: GatewayProcess) => Promise<void>,
): Promise<void> {
  const gateway = await startGatewayProcess({ dataDir: dataDir.path, environment, withBanner: true });
  try {
    await use(gateway);
  } finally {
    assert.equal(await gateway.stop(), 0);
  }
}

async function adminStatus({ url }: GatewayProcess, token: string): Promise<number> {
  return (await fetch(`${url}/admin/users/`, { headers: { authorization: `Bearer ${token}` } })).status;
}

test('what is printed where no terminal is has no secret, and says where they are kept', async () => {
  await withGateway({ GATEWAY_LOG_LEVEL: 'trace' }, async (gateway) => {
    assert.equal(await adminStatus(gateway, gateway.adminToken), 200);
    const output = gateway.lines.join('\n');
    assert.match(output, /AI API gateway, ready in/, 'the banner is there');
    for (const [name, secret] of Object.entries(await kept())) assert.ok(!output.includes(secret), name);
    assert.ok(output.includes(secretsFile));
    assert.equal((await stat(secretsFile)).mode & 0o777, 0o600);
  });
});

test('a token and a pepper that are given are kept nowhere, work while they are given, and no longer', async () => {
  const before = await kept();
  await withGateway({ GATEWAY_ADMIN_TOKEN: GIVEN_TOKEN, GATEWAY_KEY_PEPPER: GIVEN_PEPPER }, async (gateway) => {
    assert.equal(await adminStatus(gateway, GIVEN_TOKEN), 200);
    assert.equal(await adminStatus(gateway, before['adminToken'] ?? ''), 401, 'the setting is the only token');
    assert.ok(!gateway.lines.join('\n').includes(GIVEN_TOKEN));
    const text = await readFile(secretsFile, 'utf8');
    assert.ok(!text.includes(GIVEN_TOKEN) && !text.includes(GIVEN_PEPPER), text);
  });
  await withGateway({}, async (gateway) => {
    assert.equal(await adminStatus(gateway, GIVEN_TOKEN), 401);
    assert.equal(await adminStatus(gateway, before['adminToken'] ?? ''), 200);
    assert.equal((await kept())['keyPepper'], before['keyPepper'], 'no pepper is lost');
  });
});

test('the copy of a given token that an earlier version kept is removed, and works no more', async () => {
  const { keyPepperSha256: _new, ...before } = await kept();
  await writeFile(secretsFile, JSON.stringify({ ...before, adminToken: GIVEN_TOKEN }));
  await withGateway({}, async (gateway) => {
    assert.equal(await adminStatus(gateway, GIVEN_TOKEN), 401);
    assert.equal(await adminStatus(gateway, gateway.adminToken), 200);
    assert.ok(!(await readFile(secretsFile, 'utf8')).includes(GIVEN_TOKEN));
    assert.equal((await kept())['keyPepper'], before['keyPepper']);
  });
});

test('no program that the gateway starts has its secrets, neither in its environment nor on its command line', {
  where: process.platform === 'linux',
}, async () => {
  const environment = {
    GATEWAY_ADMIN_TOKEN: GIVEN_TOKEN,
    GATEWAY_KEY_PEPPER: GIVEN_PEPPER,
    SOME_PROVIDERS_KEY: PROVIDER_KEY,
  };
  await withGateway(environment, async (gateway) => {
    const children = await childrenOf(gateway.pid);
    for (const program of ['simulator', 'postgres']) {
      assert.ok(
        children.some(({ command }) => command.includes(program)),
        program,
      );
    }
    const secrets = [GIVEN_TOKEN, GIVEN_PEPPER, PROVIDER_KEY, ...Object.values(await kept())];
    for (const { command, environment } of children) {
      for (const secret of secrets) assert.ok(![command, ...environment].join('\n').includes(secret), command);
      const ours = environment.filter((variable) => /^(GATEWAY|NATS|REDIS|DATABASE|OTEL)_|KEY|TOKEN/.test(variable));
      assert.deepEqual(ours, [], command);
    }
  });
});
