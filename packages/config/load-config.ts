import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { isJsonObject } from '#kernel/json.ts';
import { type GatewayConfig, gatewayConfigSchema } from './gateway-config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variables that override the file, and the setting each is. */
const overrides = {
  GATEWAY_HOST: 'host',
  GATEWAY_PORT: 'port',
  GATEWAY_GRPC_HOST: 'grpcHost',
  GATEWAY_GRPC_PORT: 'grpcPort',
  GATEWAY_OPS_HOST: 'opsHost',
  GATEWAY_OPS_PORT: 'opsPort',
  GATEWAY_INSTANCE: 'instance',
  GATEWAY_DATA_DIR: 'dataDir',
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
  GATEWAY_KEY_PEPPER: 'keyPepper',
  GATEWAY_DEMO: 'demo',
  GATEWAY_LOG_LEVEL: 'logLevel',
  GATEWAY_BODY_MAX_BYTES: 'bodyMaxBytes',
  GATEWAY_REQUEST_TIMEOUT_MS: 'requestTimeoutMs',
  GATEWAY_CLIENT_STALL_TIMEOUT_MS: 'clientStallTimeoutMs',
  GATEWAY_DRAIN_TIMEOUT_MS: 'drainTimeoutMs',
  GATEWAY_DURABILITY: 'durability',
  GATEWAY_MULTIPLIER_BASIS_POINTS: 'multiplierBasisPoints',
  GATEWAY_HOLD_TTL_MS: 'holdTtlMs',
  GATEWAY_OUTPUT_TOKENS_DEFAULT: 'outputTokensDefault',
  GATEWAY_REQUESTS_PER_MINUTE: 'requestsPerMinute',
} as const satisfies Record<string, keyof GatewayConfig>;

const DEFAULT_FILE = 'config/gateway.yaml';

/** A configuration that cannot be used: every fault in it, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n  ${faults.join('\n  ')}`);
    this.faults = faults;
  }
}

/**
 * The configuration from the file (`GATEWAY_CONFIG`, else config/gateway.yaml where there is one) and the environment,
 * which wins. Throws a `ConfigError` that lists all faults.
 */
export function loadConfig(environment: Environment): GatewayConfig {
  const faults: string[] = [];
  const settings: Record<string, unknown> = { ...readSettings(environment, faults) };
  const sources = new Map<string, string>();
  for (const [variable, setting] of Object.entries(overrides)) {
    const text = environment[variable];
    if (text === undefined || text === '') continue;
    settings[setting] = settingOf(setting, text);
    sources.set(setting, variable);
  }
  const result = gatewayConfigSchema.safeParse(settings);
  for (const issue of result.error?.issues ?? []) {
    const path = issue.path.map(String).join('.');
    const [setting = ''] = issue.path.map(String);
    faults.push(`${sources.get(setting) ?? (path || 'file')}: ${issue.message}`);
  }
  if (result.success) faults.push(...contradictions(result.data));
  if (faults.length > 0 || !result.success) throw new ConfigError(faults);
  return result.data;
}

function readSettings(environment: Environment, faults: string[]): Record<string, unknown> {
  const named = environment['GATEWAY_CONFIG'];
  const file = named !== undefined && named !== '' ? named : DEFAULT_FILE;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (file === named) faults.push(`GATEWAY_CONFIG: ${file} cannot be read (${(error as Error).message})`);
    return {};
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  for (const { code, pos } of document.errors) {
    const { line, col } = lineCounter.linePos(pos[0]);
    // Where and what kind alone: the parser's words repeat the line, which may be the one with the admin token.
    faults.push(`${file}: not valid YAML at line ${line}, column ${col} (${code})`);
  }
  const settings: unknown = document.errors.length === 0 ? document.toJS() : {};
  if (settings === null || settings === undefined) return {};
  if (isJsonObject(settings)) return settings;
  faults.push(`${file}: must be a mapping of settings`);
  return {};
}

const numbers: ReadonlySet<keyof GatewayConfig> = new Set([
  'port',
  'grpcPort',
  'opsPort',
  'natsReplicas',
  'bodyMaxBytes',
  'requestTimeoutMs',
  'clientStallTimeoutMs',
  'drainTimeoutMs',
  'multiplierBasisPoints',
  'holdTtlMs',
  'outputTokensDefault',
  'requestsPerMinute',
]);

const lists: ReadonlySet<keyof GatewayConfig> = new Set([
  'natsUrl',
  'journalAddresses',
  'quotaAddresses',
  'billingAddresses',
  'accountsAddresses',
  'routerAddresses',
]);

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

function contradictions(config: GatewayConfig): string[] {
  const faults: string[] = [];
  if (config.holdTtlMs <= config.requestTimeoutMs) {
    faults.push('holdTtlMs: must be longer than requestTimeoutMs, or holds end under running requests');
  }
  const tls = [config.tlsCert, config.tlsKey, config.tlsCa].filter((file) => file !== undefined);
  if (tls.length % 3 !== 0) faults.push('tlsCert, tlsKey, tlsCa: give all three or none');
  const names = config.providers.map((provider) => provider.name);
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index))) {
    faults.push(`providers: the name "${name}" is there twice`);
  }
  return faults;
}
