import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { test } from '#testkit/test.ts';
import { type GatewayConfig, gatewayConfigSchema } from './gateway-config.ts';
import { ConfigError, loadConfig } from './load-config.ts';

const file = readFileSync(new URL('../../config/gateway.yaml', import.meta.url), 'utf8');

/** Another value than the default of each setting that has a variable, and what it is read as. */
const examples: Readonly<Record<string, readonly [setting: keyof GatewayConfig, text: string, value: unknown]>> = {
  GATEWAY_HOST: ['host', '0.0.0.0', '0.0.0.0'],
  GATEWAY_PORT: ['port', '1', 1],
  GATEWAY_GRPC_HOST: ['grpcHost', '::', '::'],
  GATEWAY_GRPC_PORT: ['grpcPort', '0', 0],
  GATEWAY_OPS_HOST: ['opsHost', '10.0.0.1', '10.0.0.1'],
  GATEWAY_OPS_PORT: ['opsPort', '9000', 9000],
  GATEWAY_INSTANCE: ['instance', '1234', '1234'],
  GATEWAY_DATA_DIR: ['dataDir', '/var/lib/gateway', '/var/lib/gateway'],
  GATEWAY_PROVIDER_KEY_DIRS: ['providerKeyDirs', '/keys, /more', ['/keys', '/more']],
  GATEWAY_PRIVATE_PROVIDERS: ['privateProviders', '10.0.0.0/8, vllm', ['10.0.0.0/8', 'vllm']],
  DATABASE_URL: ['databaseUrl', 'postgres://a', 'postgres://a'],
  MIGRATION_DATABASE_URL: ['migrationDatabaseUrl', 'postgres://b', 'postgres://b'],
  GATEWAY_MIGRATE: ['migrate', 'off', 'off'],
  NATS_URL: ['natsUrl', 'nats://a:4222, tls://b:4222', ['nats://a:4222', 'tls://b:4222']],
  NATS_USER: ['natsUser', '1', '1'],
  NATS_PASSWORD: ['natsPassword', '2', '2'],
  NATS_CA: ['natsCa', 'ca.pem', 'ca.pem'],
  NATS_REPLICAS: ['natsReplicas', '3', 3],
  REDIS_URL: ['redisUrl', 'redis://r:6379', 'redis://r:6379'],
  GATEWAY_TLS_CERT: ['tlsCert', 'a.pem', 'a.pem'],
  GATEWAY_TLS_KEY: ['tlsKey', 'b.pem', 'b.pem'],
  GATEWAY_TLS_CA: ['tlsCa', 'c.pem', 'c.pem'],
  GATEWAY_JOURNAL_ADDRESSES: ['journalAddresses', 'a:1', ['a:1']],
  GATEWAY_QUOTA_ADDRESSES: ['quotaAddresses', 'a.b_c-d:65535,', ['a.b_c-d:65535']],
  GATEWAY_BILLING_ADDRESSES: ['billingAddresses', '[::1]:2 , 10.0.0.1:3', ['[::1]:2', '10.0.0.1:3']],
  GATEWAY_ACCOUNTS_ADDRESSES: ['accountsAddresses', 'a:4', ['a:4']],
  GATEWAY_ROUTER_ADDRESSES: ['routerAddresses', 'a:5,b:5', ['a:5', 'b:5']],
  GATEWAY_ADMIN_TOKEN: ['adminToken', '1234567890123456', '1234567890123456'],
  GATEWAY_METRICS_TOKEN: ['metricsToken', '6543210987654321', '6543210987654321'],
  GATEWAY_KEY_PEPPER: ['keyPepper', '0'.repeat(64), '0'.repeat(64)],
  GATEWAY_MASTER_KEY: ['masterKey', '0'.repeat(64), '0'.repeat(64)],
  GATEWAY_SMTP_URL: ['smtpUrl', 'smtp://m:25', 'smtp://m:25'],
  GATEWAY_SMTP_FROM: ['smtpFrom', 'gateway@example.com', 'gateway@example.com'],
  GATEWAY_ALERT_INTERVAL_MS: ['alertIntervalMs', '500', 500],
  GATEWAY_DEMO: ['demo', 'off', false],
  GATEWAY_LOG_LEVEL: ['logLevel', 'silent', 'silent'],
  GATEWAY_BODY_MAX_BYTES: ['bodyMaxBytes', '2048', 2048],
  GATEWAY_REQUEST_TIMEOUT_MS: ['requestTimeoutMs', '1000', 1000],
  GATEWAY_BACKGROUND_TIMEOUT_MS: ['backgroundTimeoutMs', '7200000', 7_200_000],
  GATEWAY_CLIENT_STALL_TIMEOUT_MS: ['clientStallTimeoutMs', '1000', 1000],
  GATEWAY_DRAIN_TIMEOUT_MS: ['drainTimeoutMs', '5', 5],
  GATEWAY_DURABILITY: ['durability', 'overlapped', 'overlapped'],
  GATEWAY_MULTIPLIER_BASIS_POINTS: ['multiplierBasisPoints', '10000', 10_000],
  GATEWAY_HOLD_TTL_MS: ['holdTtlMs', '700000', 700_000],
  GATEWAY_OUTPUT_TOKENS_DEFAULT: ['outputTokensDefault', '100', 100],
  GATEWAY_REQUESTS_PER_MINUTE: ['requestsPerMinute', '60', 60],
};

/** Settings with a shape of their own, which only the file can give. */
const STRUCTURED = ['providers', 'prices', 'rateLimits'];

function faultsOf(environment: Record<string, string>): string {
  try {
    loadConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.faults.join('\n');
  }
  return '';
}

test('every setting but the structured ones is taken from the environment', () => {
  const texts = Object.entries(examples).map(([variable, [, text]]) => [variable, text] as const);
  const config = loadConfig(Object.fromEntries(texts));
  const given = Object.values(examples).map(([setting, , value]) => [setting, value] as const);
  for (const [setting, value] of given) assert.deepEqual(config[setting], value, setting);
  const defaults = loadConfig({});
  for (const [setting, value] of given) assert.notDeepEqual(defaults[setting], value, setting);
  const all = Object.keys(gatewayConfigSchema.shape).filter((setting) => !STRUCTURED.includes(setting));
  assert.deepEqual(given.map(([setting]) => setting).sort(), all.sort());
});

test('the file names every setting, its variable beside it', () => {
  const named = file.split('\n').flatMap((line) => {
    const [, setting, variable] = /^# (\w+): .*# ([A-Z][A-Z_]+)/.exec(line) ?? [];
    return setting === undefined || variable === undefined ? [] : [[variable, setting]];
  });
  const expected = Object.entries(examples).map(([variable, [setting]]) => [variable, setting]);
  assert.deepEqual(named.sort(), expected.sort());
  for (const setting of STRUCTURED) assert.ok(file.includes(`\n# ${setting}:\n`), setting);
});

test('what the file says, its comments taken away, is a configuration, and its values are the defaults', () => {
  const lines = file.split('\n').filter((line) => /^# {1,7}(-|\w+:)/.test(line) && !line.includes('…'));
  const settings = parse(lines.map((line) => line.slice(2)).join('\n')) as Record<string, unknown>;
  const config = gatewayConfigSchema.parse(settings);
  const defaults = gatewayConfigSchema.parse({});
  for (const [setting, value] of Object.entries(defaults)) {
    if (value === undefined || Array.isArray(value)) continue;
    assert.deepEqual(config[setting as keyof GatewayConfig], value, setting);
  }
});

for (const [variable, text] of [
  ['GATEWAY_OPS_PORT', '65536'],
  ['GATEWAY_MIGRATE', 'never'],
  ['GATEWAY_DEMO', 'maybe'],
  ['NATS_URL', 'nats://a:4222,http://b'],
  ['NATS_URL', 'nats://user:secret@a:4222'],
  ['NATS_REPLICAS', '6'],
  ['REDIS_URL', 'http://redis'],
  ['GATEWAY_JOURNAL_ADDRESSES', 'journal'],
  ['GATEWAY_QUOTA_ADDRESSES', 'quota:0'],
  ['GATEWAY_BILLING_ADDRESSES', 'billing:65536'],
  ['GATEWAY_ACCOUNTS_ADDRESSES', 'http://accounts:1'],
  ['GATEWAY_ROUTER_ADDRESSES', 'a:1,b c:2'],
] as const) {
  test(`${variable} does not take ${text}`, () => {
    const faults = faultsOf({ [variable]: text });
    assert.match(faults, new RegExp(`^${variable}: `));
    assert.doesNotMatch(faults, /secret/);
  });
}
