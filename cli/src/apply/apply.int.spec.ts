import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { adminService } from '#admin-api/admin-service.ts';
import type { AdminCaller } from '#contracts/admin.ts';
import {
  CreateRequestSchema,
  GetRequestSchema,
  UpdateRequestSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { type Provider, ProviderSchema, type User, UserSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { type AnyResource, wrap } from '#registry/kinds.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { createMemoryAdmin, type MemoryAdmin } from '#testkit/memory-admin.ts';
import { runProgram } from '#testkit/run-program.ts';
import { afterAll, beforeEach, test } from '#testkit/test.ts';

const adminToken = 'the-admin-token-of-16-and-more';
const main = join(import.meta.dirname, '../main.ts');
const example = join(import.meta.dirname, '../../../config/policy.example.yaml');
const folder = mkdtempSync(join(tmpdir(), 'gatewayctl-apply-'));
const owner: AdminCaller = { actor: 'test', role: 'owner', address: '', requestId: '' };

let admin: MemoryAdmin = createMemoryAdmin();
/** The method that fails from now on. */
let broken: string | undefined;
const server = await startGrpcServer({
  host: '127.0.0.1',
  port: 0,
  adminToken,
  logger: { warn: () => {}, error: () => {} },
  services: [
    adminService(
      new Proxy(admin.port, {
        get: (_target, name: keyof MemoryAdmin['port']) =>
          name === broken
            ? () => Promise.reject(new Fault({ code: 'unavailable', message: 'The log is away.' }))
            : admin.port[name],
      }),
    ),
  ],
});
afterAll(async () => {
  await server.drain();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  admin = createMemoryAdmin();
  broken = undefined;
});

const changesMade = (): number =>
  admin.calls.filter(({ method }) => !['get', 'list', 'whoAmI'].includes(method)).length;

function apply(file: string, args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) {
  const environment = { GATEWAY_GRPC_ADDRESS: server.address, GATEWAY_ADMIN_TOKEN: adminToken, ...more };
  return runProgram(main, ['apply', '-f', file, ...args], { cwd: folder, environment });
}

function fileOf(text: string): string {
  const path = join(folder, 'policy.yaml');
  writeFileSync(path, text);
  return path;
}

const resourceOf = (kind: 'user' | 'provider', value: User | Provider | undefined) =>
  wrap({ case: kind, value } as AnyResource);

async function limitOf(id: string): Promise<unknown> {
  const { resource } = await admin.port.get(create(GetRequestSchema, { kind: 'limit', id }), owner);
  return resource?.resource?.value;
}

test('a dry run of the example file shows what it would create, and changes nothing', async () => {
  const { code, stdout, stderr } = await apply(example, ['--dry-run']);
  assert.equal(stderr, '');
  assert.equal(code, 2);
  assert.match(stdout, /^\+ organisation Example$/m);
  assert.match(stdout, /^ {4}team_id: the new team "Research"$/m);
  assert.match(stdout, /^~ settings default\n {4}multiplier: \(none\) -> 1\.5$/m);
  assert.match(stdout, /^10 to create, 1 to change, 0 to delete, 0 unchanged\.$/m);
  assert.equal(changesMade(), 0);
});

test('the example file is applied once; a second time changes nothing', async () => {
  const first = await apply(example, ['--yes']);
  assert.equal(first.stderr, '');
  assert.equal(first.code, 0);
  assert.match(first.stdout, /^Applied: 11\.$/m);
  assert.partialDeepStrictEqual(await limitOf('research-tokens-a-minute'), {
    amount: '200000',
    subject: { kind: 'team', id: 'team-002' },
  });
  const before = changesMade();
  const second = await apply(example, ['--yes']);
  assert.equal(second.code, 0);
  assert.match(second.stdout, /^0 to create, 0 to change, 0 to delete, 11 unchanged\.$/m);
  assert.equal(changesMade(), before);
  assert.equal((await apply(example, ['--dry-run'])).code, 0);
});

const limit = (id: string, amount: number): string =>
  `---\nkind: limit\nid: ${id}\nsubject: {kind: gateway}\nunit: requests\nperiod: day\namount: ${amount}\n`;

test('only what differs is changed, and what is not named stays', async () => {
  await apply(fileOf(`${limit('daily', 10)}models: "gpt-*"\n`), ['--yes']);
  const { code, stdout } = await apply(fileOf(limit('daily', 20)), ['--yes', '--json']);
  assert.equal(code, 0);
  assert.partialDeepStrictEqual(JSON.parse(stdout), {
    is_different: true,
    failure: null,
    resources: [{ action: 'change', outcome: 'applied', changes: [{ field: 'amount', before: '10', after: '20' }] }],
  });
  assert.partialDeepStrictEqual(await limitOf('daily'), { amount: '20', models: 'gpt-*' });
  assert.partialDeepStrictEqual(admin.calls.at(-2)?.request, { fields: ['amount'], expectedVersion: 1n });
});

test('--prune deletes what the file does not have of its kinds, and nothing else', async () => {
  const team = '---\nkind: team\nname: Research\n';
  await apply(fileOf(limit('one', 1) + limit('two', 2) + team), ['--yes']);
  const without = await apply(fileOf(limit('one', 1)), ['--dry-run']);
  assert.equal(without.code, 0);
  const pruned = await apply(fileOf(limit('one', 1)), ['--prune', '--yes']);
  assert.match(pruned.stdout, /^- limit two$/m);
  await assert.rejects(limitOf('two'));
  assert.ok(await limitOf('one'));
  assert.equal((await apply(fileOf(team), ['--dry-run'])).code, 0);
});

test('--prune spares what no file can say: a user without an e-mail, and what comes from settings', async () => {
  const bob = create(UserSchema, { name: 'Bob' });
  const providers = [
    create(ProviderSchema, { id: 'seeded', kind: 'openai', baseUrl: 'http://10.0.0.5/v1', source: 'config' }),
    create(ProviderSchema, { id: 'mine', kind: 'openai', baseUrl: 'http://10.0.0.5/v1', source: 'admin' }),
  ];
  await admin.port.create(create(CreateRequestSchema, { resource: resourceOf('user', bob) }), owner);
  for (const provider of providers) {
    await admin.port.update(create(UpdateRequestSchema, { resource: resourceOf('provider', provider) }), owner);
  }
  const kept = `- {kind: user, name: Ann, email: ann@example.com}
- {kind: provider, id: other, provider_kind: openai, base_url: "http://10.0.0.5/v1"}
`;
  const { stdout } = await apply(fileOf(kept), ['--prune', '--dry-run']);
  assert.deepEqual(stdout.match(/^- .*$/gm), ['- provider mine']);
});

test('a faulty file is refused with all its faults before the gateway is asked', async () => {
  const { code, stdout, stderr } = await apply(fileOf(`${limit('daily', 1)}colour: red\n${limit('', 1)}`), ['--yes']);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /policy\.yaml: nothing was applied\.\n {2}line 8: Unknown field 'colour'.*\n {2}line 11: 'id' is required/,
  );
  assert.equal(admin.calls.length, 0);
});

test('a name that is nowhere, and a secret that is not set, are faults of the file as well', async () => {
  const user = '- {kind: user, name: Ann, email: ann@example.com, team: Nowhere}\n';
  const provider =
    '- {kind: provider, id: p, provider_kind: openai, base_url: "http://10.0.0.5/v1", api_key: "env:KEY"}\n';
  const { code, stderr } = await apply(fileOf(user + provider), ['--yes']);
  assert.equal(code, 1);
  assert.match(stderr, /line 1: there is no team "Nowhere", neither in the gateway nor in this file/);
  assert.match(stderr, /line 2: 'api_key': the variable KEY is not set where gatewayctl runs/);
  assert.equal(changesMade(), 0);
});

test('a secret is sent when its resource is made, and again only if asked for', async () => {
  const file = fileOf(
    '{kind: provider, id: p, provider_kind: openai, base_url: "http://10.0.0.5/v1", api_key: "env:KEY"}',
  );
  const made = await apply(file, ['--yes'], { KEY: 'sk-1' });
  assert.equal(made.code, 0);
  assert.ok(!made.stdout.includes('sk-1'));
  const sent = () =>
    admin.calls.flatMap(
      ({ request }) => (request as { resource?: { resource: { value: object } } }).resource?.resource.value ?? [],
    );
  assert.partialDeepStrictEqual(sent().at(-1), { apiKey: 'sk-1' });
  const again = await apply(file, ['--dry-run']);
  assert.equal(again.code, 0);
  assert.match(again.stdout, /Not compared.*api_key of provider p/);
  await apply(file, ['--yes', '--with-secrets'], { KEY: 'sk-2' });
  assert.partialDeepStrictEqual(sent().at(-1), { apiKey: 'sk-2' });
});

test('a provider that moves is sent with its key, which else would stay with the host before', async () => {
  const provider = (host: string, key: string): string =>
    fileOf(`{kind: provider, id: p, provider_kind: openai, base_url: "http://${host}/v1", ${key}}`);
  const lastUpdate = () => admin.calls.findLast(({ request }) => 'fields' in (request as object))?.request;
  await apply(provider('10.0.0.5', 'api_key: "env:KEY"'), ['--yes'], { KEY: 'sk-1' });
  await apply(provider('10.0.0.6', 'api_key: "env:KEY"'), ['--yes'], { KEY: 'sk-1' });
  assert.partialDeepStrictEqual(lastUpdate(), {
    fields: ['base_url', 'api_key'],
    resource: { resource: { value: { apiKey: 'sk-1' } } },
  });
  await apply(provider('10.0.0.6', 'api_key_ref: "env:KEY"'), ['--yes']);
  await apply(provider('10.0.0.7', 'api_key_ref: "env:KEY"'), ['--yes']);
  assert.partialDeepStrictEqual(lastUpdate(), {
    fields: ['base_url', 'api_key_ref'],
    resource: { resource: { value: { apiKeyRef: 'env:KEY' } } },
  });
  const accounts = 'accounts: [{id: a, api_key_ref: "env:KEY"}]';
  assert.partialDeepStrictEqual(await apply(provider('10.0.0.7', accounts), ['--yes']), { code: 0, stderr: '' });
  await apply(provider('10.0.0.8', accounts), ['--yes']);
  assert.partialDeepStrictEqual(lastUpdate(), { fields: ['base_url', 'accounts'] });
  await apply(provider('10.0.0.8', 'proxy_url: "http://10.0.0.9:3128", api_key: "env:KEY"'), ['--yes'], {
    KEY: 'sk-2',
  });
  assert.partialDeepStrictEqual(lastUpdate(), {
    fields: ['proxy_url', 'api_key'],
    resource: { resource: { value: { apiKey: 'sk-2' } } },
  });
});

test('a failure half-way says what was applied and what not, and another run goes on', async () => {
  broken = 'update';
  const file = fileOf(`${limit('daily', 1)}---\nkind: settings\ndemo: true\n---\nkind: team\nname: Research\n`);
  const failed = await apply(file, ['--yes']);
  assert.equal(failed.code, 1);
  assert.match(
    failed.stdout,
    /FAILED at limit daily: The log is away\.\nApplied: 1\.\n {2}\+ team Research\nNot applied: 2\./,
  );
  broken = undefined;
  const after = await apply(file, ['--yes']);
  assert.equal(after.code, 0);
  assert.match(after.stdout, /^Applied: 2\.$/m);
});

test('without a terminal nothing is applied unless --yes says so', async () => {
  const { code, stdout, stderr } = await apply(fileOf(limit('daily', 1)));
  assert.equal(code, 2);
  assert.match(stdout, /^\+ limit daily$/m);
  assert.match(stderr, /there is no terminal to ask at; give --yes/);
  assert.equal(changesMade(), 0);
});
