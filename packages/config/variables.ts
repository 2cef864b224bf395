import type { GatewayConfig } from './gateway-config.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variables that override the file, and the setting each is. */
export const variables = {
  GATEWAY_HOST: 'host',
  GATEWAY_PORT: 'port',
  GATEWAY_GRPC_HOST: 'grpcHost',
  GATEWAY_GRPC_PORT: 'grpcPort',
  GATEWAY_OPS_HOST: 'opsHost',
  GATEWAY_OPS_PORT: 'opsPort',
  GATEWAY_INSTANCE: 'instance',
  GATEWAY_DATA_DIR: 'dataDir',
  GATEWAY_PROVIDER_KEY_DIRS: 'providerKeyDirs',
  GATEWAY_PRIVATE_PROVIDERS: 'privateProviders',
  DATABASE_URL: 'databaseUrl',
  MIGRATION_DATABASE_URL: 'migrationDatabaseUrl',
  GATEWAY_MIGRATE: 'migrate',
  NATS_URL: 'natsUrl',
  NATS_USER: 'natsUser',
  NATS_PASSWORD: 'natsPassword',
  NATS_CA: 'natsCa',
  NATS_REPLICAS: 'natsReplicas',
  REDIS_URL: 'redisUrl',
  GATEWAY_TLS_CERT: 'tlsCert',
  GATEWAY_TLS_KEY: 'tlsKey',
  GATEWAY_TLS_CA: 'tlsCa',
  GATEWAY_JOURNAL_ADDRESSES: 'journalAddresses',
  GATEWAY_QUOTA_ADDRESSES: 'quotaAddresses',
  GATEWAY_BILLING_ADDRESSES: 'billingAddresses',
  GATEWAY_ACCOUNTS_ADDRESSES: 'accountsAddresses',
  GATEWAY_ROUTER_ADDRESSES: 'routerAddresses',
  GATEWAY_ADMIN_TOKEN: 'adminToken',
  GATEWAY_METRICS_TOKEN: 'metricsToken',
  GATEWAY_KEY_PEPPER: 'keyPepper',
  GATEWAY_MASTER_KEY: 'masterKey',
  GATEWAY_SMTP_URL: 'smtpUrl',
  GATEWAY_SMTP_FROM: 'smtpFrom',
  GATEWAY_ALERT_INTERVAL_MS: 'alertIntervalMs',
  GATEWAY_DEMO: 'demo',
  GATEWAY_LOG_LEVEL: 'logLevel',
  GATEWAY_BODY_MAX_BYTES: 'bodyMaxBytes',
  GATEWAY_REQUEST_TIMEOUT_MS: 'requestTimeoutMs',
  GATEWAY_BACKGROUND_TIMEOUT_MS: 'backgroundTimeoutMs',
  GATEWAY_CLIENT_STALL_TIMEOUT_MS: 'clientStallTimeoutMs',
  GATEWAY_DRAIN_TIMEOUT_MS: 'drainTimeoutMs',
  GATEWAY_DURABILITY: 'durability',
  GATEWAY_MULTIPLIER_BASIS_POINTS: 'multiplierBasisPoints',
  GATEWAY_HOLD_TTL_MS: 'holdTtlMs',
  GATEWAY_OUTPUT_TOKENS_DEFAULT: 'outputTokensDefault',
  GATEWAY_REQUESTS_PER_MINUTE: 'requestsPerMinute',
} as const satisfies Record<string, keyof GatewayConfig>;

const numbers: ReadonlySet<keyof GatewayConfig> = new Set([
  'port',
  'grpcPort',
  'opsPort',
  'natsReplicas',
  'bodyMaxBytes',
  'requestTimeoutMs',
  'backgroundTimeoutMs',
  'clientStallTimeoutMs',
  'drainTimeoutMs',
  'multiplierBasisPoints',
  'holdTtlMs',
  'alertIntervalMs',
  'outputTokensDefault',
  'requestsPerMinute',
]);

const lists: ReadonlySet<keyof GatewayConfig> = new Set([
  'providerKeyDirs',
  'privateProviders',
  'natsUrl',
  'journalAddresses',
  'quotaAddresses',
  'billingAddresses',
  'accountsAddresses',
  'routerAddresses',
]);

/** Whether an environment variable is a setting. */
export function isVariable(name: string): boolean {
  return Object.hasOwn(variables, name);
}

/** The settings that the environment gives, and the variable each comes from. An empty variable gives none. */
export function settingsOf(environment: Environment): {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly variableOf: ReadonlyMap<string, string>;
} {
  const settings: Record<string, unknown> = {};
  const variableOf = new Map<string, string>();
  for (const [variable, setting] of Object.entries(variables)) {
    const text = environment[variable];
    if (text === undefined || text === '') continue;
    settings[setting] = settingOf(setting, text);
    variableOf.set(setting, variable);
  }
  return { settings, variableOf };
}

/** A variable's text as its setting takes it: a token of digits stays a text. */
function settingOf(setting: keyof GatewayConfig, text: string): unknown {
  if (lists.has(setting)) {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  return numbers.has(setting) && /^\d+$/.test(text) ? Number(text) : text;
}
