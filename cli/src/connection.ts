import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
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

export const DEFAULT_ADDRESS = '127.0.0.1:8081';
const DEFAULT_DATA_DIR = './data';
const SECRETS_FILE = 'secrets.json';

/** Options first, then the environment, then what a gateway on this machine keeps in its data directory. */
export function resolveConnection(options: GlobalOptions, environment: NodeJS.ProcessEnv): Connection {
  const text = options.address ?? nonEmpty(environment['GATEWAY_GRPC_ADDRESS']) ?? DEFAULT_ADDRESS;
  const addresses = text.split(',').map((address) => address.trim());
  const wrong = addresses.find((address) => !ADDRESS.test(address));
  if (wrong !== undefined) throw new UsageError(`not an address: ${wrong}; write host:port, e.g. ${DEFAULT_ADDRESS}`);
  const tls = tlsFrom(environment);
  const adminToken = options.token ?? nonEmpty(environment['GATEWAY_ADMIN_TOKEN']);
  if (adminToken !== undefined) return { addresses, adminToken, tls };
  const dataDir = options.dataDir ?? nonEmpty(environment['GATEWAY_DATA_DIR']) ?? DEFAULT_DATA_DIR;
  return { addresses, adminToken: tokenFromSecrets(resolve(dataDir, SECRETS_FILE)), tls };
}

function tlsFrom(environment: NodeJS.ProcessEnv): TlsFiles | undefined {
  const [certFile, keyFile, caFile] = ['CERT', 'KEY', 'CA'].map((file) => nonEmpty(environment[`GATEWAY_TLS_${file}`]));
  if (certFile !== undefined && keyFile !== undefined && caFile !== undefined) return { certFile, keyFile, caFile };
  if (certFile === undefined && keyFile === undefined && caFile === undefined) return undefined;
  throw new UsageError('give GATEWAY_TLS_CERT, GATEWAY_TLS_KEY and GATEWAY_TLS_CA, or none of them');
}

const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[^:\s/]+):\d{1,5}$/;

/** An empty variable is as good as none. */
function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

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
