import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { fieldOptionsOf } from '#admin-api/field-options.ts';
import { gatewayConfigSchema } from '#config/gateway-config.ts';
import { ImportPricesRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { ProviderAccountSchema, UnitPriceSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { accountKeyOf, createMasterKey, providerKeyOf } from '#master-key/master-key.ts';
import { desiredPolicy } from '#policy-seed/desired-policy.ts';
import { seedPolicy } from '#policy-seed/seed-policy.ts';
import { type FollowedRegistry, followRegistry, noSnapshot } from '#registry/follow-registry.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { priceImports } from './adapters/price-imports.ts';
import { type AccountsUnderTest, callsOf, owner, startAccounts } from './testing.ts';

const journal = createMemoryJournal();
const masterKey = createMasterKey('cd'.repeat(32));
let registry: FollowedRegistry;
let running: AccountsUnderTest;
let calls: ReturnType<typeof callsOf>;

beforeAll(async () => {
  registry = await followRegistry(journal, { name: 'policy', snapshot: noSnapshot });
  running = await startAccounts(journal, {
    neighbours: () => ({ priceImports: priceImports(registry) }),
    sealSecret: masterKey.seal,
  });
  calls = callsOf(running.accounts.admin);
});

afterAll(async () => {
  await running.stop();
  await registry.close();
});

const house = { id: 'house', kind: 'openai', baseUrl: 'http://10.0.0.5/v1', models: ['llama'] };
const units = (input: string, output: string) => [
  create(UnitPriceSchema, { unit: 'input', usdPerMillion: input }),
  create(UnitPriceSchema, { unit: 'output', usdPerMillion: output }),
];

test('a price file is imported under the name of the source, and its second import changes nothing', async () => {
  const row = { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 2e-7, output_cost_per_token: 6e-7 };
  const text = JSON.stringify({ 'gpt-4o-mini': row });
  const request = create(ImportPricesRequestSchema, { text, form: 'litellm', publish: true });
  assert.equal((await running.accounts.admin.importPrices(request, owner)).published, 1);
  const { value } = await calls.get('price', 'openai/gpt-4o-mini');
  assert.equal(value.source, 'import');
  assert.deepEqual(
    value.prices.map(({ unit, usdPerMillion }) => [unit, usdPerMillion]),
    [
      ['input', '0.2'],
      ['output', '0.6'],
    ],
  );
  await registry.reached(await journal.head());
  assert.equal((await running.accounts.admin.importPrices(request, owner)).published, 0);
});

test('a price file with more characters than its field may have is refused by its name', async () => {
  const { charsMax } = fieldOptionsOf(ImportPricesRequestSchema.field.text);
  const request = create(ImportPricesRequestSchema, { text: 'x'.repeat(charsMax + 1), form: 'litellm' });
  await assert.rejects(running.accounts.admin.importPrices(request, owner), (thrown) => {
    assert.ok(thrown instanceof Fault);
    assert.deepEqual([thrown.code, thrown.refusal.param], ['invalid_request', 'text']);
    assert.match(thrown.refusal.message, /at most 8000000 characters/);
    return true;
  });
});

test('a price that nothing can be billed by is refused by its field', async () => {
  const [, output] = units('1', '1');
  assert.ok(output);
  await assert.rejects(calls.update('price', { id: 'house/llama', prices: [output] }), /no price for input/);
  await calls.update('price', { id: 'house/llama', prices: units('0', '0') });
});

test('a key that is given is in the log only sealed, is shown nowhere, and opens for the router', async () => {
  const { value } = await calls.update('provider', { ...house, apiKey: 'sk-house-secret' });
  assert.ok(!JSON.stringify(value).includes('sk-house-secret'));
  const events = (await Array.fromAsync(journal.read(0))).flat();
  assert.ok(!events.some(({ body }) => body.includes('sk-house-secret')));
  await registry.reached(await journal.head());
  const sealed = registry.get('provider', 'house')?.sealedApiKey ?? '';
  assert.deepEqual(masterKey.open(sealed, providerKeyOf('house')), { secret: 'sk-house-secret' });
});

test('the keys of accounts are in the log only sealed, stay with their account, and open for the router', async () => {
  const account = (id: string, apiKey = '') => create(ProviderAccountSchema, { id, apiKey });
  const several = { ...house, id: 'several' };
  const accounts = [account('a', 'sk-of-account-a'), account('b', 'sk-of-account-b')];
  await calls.update('provider', { ...several, accounts: [account('a', 'sk-of-account-a'), account('b')] });
  const { value } = await calls.update('provider', { ...several, accounts });
  const unkeyed = { id: 'several', accounts: [account('b'), account('a')] };
  const again = { mask: ['accounts'], idempotencyKey: 'the accounts' };
  await calls.update('provider', unkeyed, again);
  // A repeated call is the same one, whatever is sealed by now.
  await calls.update('provider', unkeyed, again);
  const shown = [value, (await calls.get('provider', 'several')).value, ...(await calls.list('provider')).values];
  for (const each of shown.flatMap((provider) => provider.accounts)) {
    assert.deepEqual([each.apiKey, each.sealedApiKey], ['', '']);
  }
  const events = (await Array.fromAsync(journal.read(0))).flat();
  assert.ok(!events.some(({ body }) => body.includes('sk-of-account')));
  await registry.reached(await journal.head());
  const kept = registry.get('provider', 'several')?.accounts ?? [];
  assert.deepEqual(
    kept.map(({ id, apiKey, sealedApiKey }) => [id, apiKey, masterKey.open(sealedApiKey, accountKeyOf('several', id))]),
    [
      ['b', '', { secret: 'sk-of-account-b' }],
      ['a', '', { secret: 'sk-of-account-a' }],
    ],
  );
});

test('a provider of the configuration that an administrator changes is the administrator’s from then on', async () => {
  const warnings: unknown[] = [];
  const logger = { info: () => undefined, warn: (...words: unknown[]) => void warnings.push(words.at(-1)) };
  const vllm = { name: 'vllm', kind: 'openai', baseUrl: 'http://v/v1', apiKeyEnv: 'VLLM_KEY', catalogue: 'house' };
  const desired = desiredPolicy(gatewayConfigSchema.parse({ providers: [vllm] }), {});
  const seed = () => seedPolicy({ registry, journal, desired, logger, nowMs: 0 });
  assert.equal(await seed(), 2);
  await calls.update('provider', { id: 'vllm', status: 'disabled' }, { mask: ['status'] });
  await registry.reached(await journal.head());
  assert.equal(registry.get('provider', 'vllm')?.source, 'admin');
  assert.equal(await seed(), 0);
  assert.equal(registry.get('provider', 'vllm')?.status, 'disabled');
  assert.match(warnings.join(), /provider vllm was set by hand/);
});
