import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { ConfigError, type LoadedConfig, loadConfigWithOrigins } from '#config/load-config.ts';
import { tlsFilesOf } from '#config/tls-files.ts';
import { parseObject } from '#kernel/json.ts';
import type { TlsFiles } from '#rpc/rpc-peer.ts';
import { UsageError } from './exit-code.ts';

/** The options every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly address?: string;
  readonly token?: string;
  readonly dataDir?: string;
}

/** Where the gateway is, and what proves that one may ask it. */
export interface Connection {
  /** host:port of its gRPC servers: one for all services, or one and more for each. */
  readonly addresses: readonly string[];
  readonly adminToken: string;
  /** Files; given, the gateway is spoken to in mutual TLS. */
  readonly tls?: TlsFiles | undefined;
}

/** A connection, and where its parts come from. */
export interface FoundConnection extends Connection {
  /** Where the addresses and the token were found, for people. */
  readonly addressesFrom: string;
  readonly tokenFrom: string;
}

const EXAMPLE_ADDRESS = '127.0.0.1:8081';
const SECRETS_FILE = 'secrets.json';

/**
 * Options first, then the settings of the gateway: the environment and the configuration file, as the gateway reads them.
 * Throws a `UsageError` where these are not sound.
 */
export function resolveConnection(options: GlobalOptions, environment: NodeJS.ProcessEnv): FoundConnection {
  const loaded = loadSettings(environment);
  const { config } = loaded;
  const [addresses, addressesFrom] = addressesOf(options, environment, loaded);
  const wrong = addresses.find((address) => !ADDRESS.test(address));
  if (wrong !== undefined) throw new UsageError(`not an address: ${wrong}; write host:port, e.g. ${EXAMPLE_ADDRESS}`);
  const [adminToken, tokenFrom] = tokenOf(options, loaded);
  return { addresses, adminToken, tls: tlsFilesOf(config), addressesFrom, tokenFrom };
}

/** The gateway's own settings. Throws a `UsageError` that lists all faults. */
export function loadSettings(environment: NodeJS.ProcessEnv): LoadedConfig {
  try {
    return loadConfigWithOrigins(environment);
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message, { cause: error }) : error;
  }
}

type Found<T> = readonly [value: T, from: string];

function addressesOf(
  options: GlobalOptions,
  environment: NodeJS.ProcessEnv,
  { config, originOf }: LoadedConfig,
): Found<readonly string[]> {
  if (options.address !== undefined) return [listIn(options.address), '--address'];
  const given = environment['GATEWAY_GRPC_ADDRESS'] ?? '';
  if (given !== '') return [listIn(given), 'GATEWAY_GRPC_ADDRESS'];
  // The services that answer operators. Routers and ingresses have nothing for them.
  const { journalAddresses, quotaAddresses, billingAddresses, accountsAddresses } = config;
  const services = new Set([...journalAddresses, ...quotaAddresses, ...billingAddresses, ...accountsAddresses]);
  if (services.size > 0) return [[...services], "the services' addresses in the settings"];
  if (config.grpcPort === 0) {
    const from = originOf('grpcPort');
    throw new UsageError(`${from} is 0, so the gateway took any free port: name it with --address (the start told it)`);
  }
  const from = originOf('grpcPort');
  const text = from === 'the default' ? 'the default of GATEWAY_GRPC_PORT' : from;
  return [[`${reachable(config.grpcHost)}:${config.grpcPort}`], text];
}

function listIn(text: string): readonly string[] {
  return text.split(',').map((address) => address.trim());
}

/** The address of a gateway that listens at all addresses is this machine's own. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}

function tokenOf(options: GlobalOptions, { config, originOf }: LoadedConfig): Found<string> {
  if (options.token !== undefined) return [options.token, '--token'];
  if (config.adminToken !== undefined) return [config.adminToken, originOf('adminToken')];
  const path = resolve(options.dataDir ?? config.dataDir, SECRETS_FILE);
  return [tokenFromSecrets(path), path];
}

const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[^:\s/]+):\d{1,5}$/;

function tokenFromSecrets(path: string): string {
  const ways = 'give --token, set GATEWAY_ADMIN_TOKEN, or name the gateway’s data directory with --data-dir';
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    const why = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
    throw new UsageError(`no admin token: ${path} cannot be read (${why}); ${ways}`, { cause: thrown });
  }
  const token = adminTokenIn(text);
  if (token === undefined) throw new UsageError(`no admin token: ${path} has no text "adminToken"; ${ways}`);
  return token;
}

function adminTokenIn(text: string): string | undefined {
  const adminToken = parseObject(text)?.['adminToken'];
  return typeof adminToken === 'string' && adminToken !== '' ? adminToken : undefined;
}
