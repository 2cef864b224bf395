import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminService } from '#admin-api/admin-service.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { createMemoryAdmin } from '#testkit/memory-admin.ts';
import { runProgram } from '#testkit/run-program.ts';
import { afterAll, describe, test } from '#testkit/test.ts';

const adminToken = 'the-admin-token-of-tests';
const admin = createMemoryAdmin();
const common = { host: '127.0.0.1', port: 0, adminToken, logger: { warn: () => {}, error: () => {} } };
const server = await startGrpcServer({
  ...common,
  services: [adminService(admin.port)],
  findAdminToken: (token) => (token === 'at_auditor' ? { id: 'token-1', role: 'auditor' } : undefined),
});
/** A service that does not administer. */
const other = await startGrpcServer({ ...common, services: [] });
const folder = mkdtempSync(join(tmpdir(), 'gatewayctl-admin-'));
afterAll(async () => {
  await Promise.all([server.drain(), other.drain()]);
  rmSync(folder, { recursive: true });
});

const main = join(import.meta.dirname, '../main.ts');
const ctl = (...args: string[]) =>
  runProgram(main, args, {
    cwd: folder,
    environment: { GATEWAY_GRPC_ADDRESS: `${other.address},${server.address}`, GATEWAY_ADMIN_TOKEN: adminToken },
  });

async function ctlJson(...args: string[]) {
  const { code, stdout, stderr } = await ctl(...args, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe('gatewayctl', () => {
  test('leads from a new user over credit and key to the end of both', async () => {
    const user = await ctlJson('users', 'create', '--name', 'Ann', '--tags', 'a,b', '--metadata', 'floor=3,room=a=b');
    assert.partialDeepStrictEqual(user, { object: 'user', name: 'Ann', tags: ['a', 'b'] });
    assert.deepEqual(user.metadata, { floor: '3', room: 'a=b' });
    const credit = await ctlJson('balance', 'change', 'users', user.id, '--amount-usd', '10', '--reason', 'top-up');
    assert.equal(credit.balance.available_usd, '10.00');
    const key = await ctlJson('keys', 'create', '--user-id', user.id, '--allowed-models', 'gpt-*,o3');
    assert.match(key.api_key, /^ak_/);
    assert.deepEqual(key.allowed_models, ['gpt-*', 'o3']);
    assert.equal((await ctlJson('api-keys', 'revoke', key.id)).revoked, true);
    const shown = await ctl('users', 'get', user.id);
    assert.match(shown.stdout, /^name +Ann$/m);
    assert.match(shown.stdout, /^balance\.available_usd +10\.00$/m);
    assert.equal((await ctlJson('users', 'update', user.id, '--email', '', '--multiplier', '1.25')).multiplier, '1.25');
    assert.equal((await ctlJson('users', 'delete', user.id)).status, 'deleted');
  });

  test('sets what has a name, with messages below written flat, as pairs or as JSON', async () => {
    const limit = await ctlJson(
      ...['limits', 'set', 'ann-rpm', '--subject-kind', 'user', '--subject-id', 'u1', '--unit', 'requests'],
      ...['--period', 'minute', '--amount', '60'],
    );
    assert.partialDeepStrictEqual(limit, { subject: { kind: 'user', id: 'u1' }, amount: 60 });
    const price = await ctlJson('prices', 'set', 'openai/gpt-4o', '--prices', 'input=0.15,output=0.60');
    assert.deepEqual(price.prices, [
      { unit: 'input', usd_per_million: '0.15' },
      { unit: 'output', usd_per_million: '0.60' },
    ]);
    const differences = await ctlJson('prices', 'diff');
    assert.partialDeepStrictEqual(differences[0], {
      priceId: 'openai/gpt-4o',
      unit: 'input',
      afterUsdPerMillion: '0.15',
    });
    const bands = '[{"above_prompt_tokens": 200000, "prices": [{"unit": "input", "usd_per_million": 0.30}]}]';
    const banded = await ctlJson('prices', 'set', 'openai/gpt-4o', '--prices', 'input=0.15', '--bands', bands);
    assert.equal(banded.bands[0].prices[0].usd_per_million, '0.30');
    assert.equal((await ctlJson('settings', 'update', '--demo', '--throttle-per-key-burst', '5')).demo, true);
    assert.deepEqual(await ctlJson('prices', 'delete', 'openai/gpt-4o'), { deleted: true });
  });

  test('says where a model goes, and what can be asked for', async () => {
    await ctlJson(
      'providers',
      'add',
      'house',
      '--kind',
      'openai',
      '--base-url',
      'http://127.0.0.1:1/v1',
      '--models',
      'm1',
    );
    await ctlJson('aliases', 'set', 'best', '--models', 'm1');
    const support = await ctlJson('models', 'support', 'best');
    assert.deepEqual([support.isSupported, support.candidates], [true, ['house: m1, priced by house/m1']]);
    const listed: { id: string }[] = await ctlJson('models', 'support');
    assert.ok(listed.some(({ id }) => id === 'm1'));
    const unknown = await ctl('models', 'support', 'nobodys');
    assert.equal(unknown.code, 1);
    assert.match(unknown.stdout, /can't be asked for.\n- no active provider has it/);
  });

  test('writes a route as pairs, and asks where a request with some headers would go', async () => {
    const route = await ctlJson(
      ...['routes', 'set', 'blue', '--models', 'gpt-*', '--headers', 'x-team=blue,x-env=prod*', '--targets', 'a=m,b'],
      ...['--share-percent', '2.5', '--hours', '[{"days": ["sat"], "from": "22:00"}]', '--shadow-provider', 'c'],
    );
    assert.partialDeepStrictEqual(route, {
      headers: [
        { name: 'x-team', value: 'blue' },
        { name: 'x-env', value: 'prod*' },
      ],
      targets: [
        { provider: 'a', model: 'm' },
        { provider: 'b', model: null },
      ],
      share_percent: '2.5',
      hours: [{ days: ['sat'], from: '22:00', to: null }],
      shadow: { provider: 'c' },
    });
    const asked = ['routes', 'explain', '--model', 'gpt-4o', '--headers', 'x-team=blue,x-env=prod'] as const;
    const explained = await ctlJson(...asked, '--capabilities', 'tools');
    assert.deepEqual(JSON.parse(explained.candidates[0].reason), {
      headers: { 'x-team': 'blue', 'x-env': 'prod' },
      capabilities: ['tools'],
    });
    const { stdout } = await ctl(...asked);
    assert.match(stdout, /^route_id +r\n\nCANDIDATES\nPROVIDER +MODEL .*\nhouse +gpt-4o /);
  });

  test('lists as a table, a page at a time', async () => {
    for (const name of ['red', 'green', 'blue']) await ctlJson('teams', 'create', '--name', name);
    const { stdout } = await ctl('teams', 'list', '--limit', '2');
    assert.match(stdout, /^ID +NAME +STATUS/m);
    assert.match(stdout, /^team-\d+ +red +active/m);
    assert.match(stdout, /There are more: --after team-\d+/);
  });

  test('says what is wrong, in the words of the description, with exit code 1, and of the command line with 2', async () => {
    const unknown = await ctl('users', 'get', 'nobody');
    assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
    assert.match(unknown.stderr, /There is no user nobody/);
    const wrong = await ctl('users', 'create', '--name', 'Ann', '--email', 'nowhere', '--json');
    assert.equal(JSON.parse(wrong.stderr).error.code, 'invalid_request');
    assert.equal((await ctl('users', 'create', '--nam', 'Ann')).code, 2);
    assert.equal((await ctl('balance', 'change', 'planets', 'x')).code, 2);
    assert.equal((await ctl('teams', 'update', 'team-1', '--if-version', '99', '--name', 'x')).code, 1);
    assert.equal((await ctl('teams', 'update', 'team-1', '--if-version', '0', '--name', 'x')).code, 1);
    assert.equal((await ctl('teams', 'update', 'team-1', '--if-version', '-1', '--name', 'x')).code, 2);
  });

  test('is the caller that its token is, wherever administration is served', async () => {
    assert.deepEqual(await ctlJson('whoami'), { actor: 'bootstrap', role: 'owner', expires_at: null });
    assert.deepEqual(await ctlJson('whoami', '--token', 'at_auditor'), {
      actor: 'token-1',
      role: 'auditor',
      expires_at: null,
    });
    const refused = await ctl('users', 'create', '--name', 'Ann', '--token', 'at_auditor');
    assert.equal(refused.code, 1);
    assert.equal((await ctl('whoami', '--token', 'at_nobody')).code, 1);
  });

  test('reads a long text from its file, and explains every command with its fields', async () => {
    const file = join(folder, 'prices.json');
    writeFileSync(file, '{"a": 1}');
    // Administration in memory reads no price files; it was asked for it all the same.
    await ctl('prices', 'import', '--text', file, '--form', 'litellm', '--publish');
    assert.partialDeepStrictEqual(admin.calls.at(-1), {
      method: 'importPrices',
      request: { text: '{"a": 1}', form: 'litellm', publish: true },
    });
    const { stdout } = await ctl('limits', 'set', '--help');
    assert.match(stdout, /--amount <value> +A whole number; decimal USD where the unit is cost\./);
    assert.match(stdout, /For: owner, operator\./);
  });
});
