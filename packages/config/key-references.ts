import { join, resolve, sep } from 'node:path';
import type { GatewayConfig } from './gateway-config.ts';
import { keyFilesFrom, keyVariables, SIMULATOR_KEY_VARIABLE } from './providers.ts';
import { type Environment, isVariable } from './variables.ts';

/** Where an operator's `api_key_ref` may lead. Without bounds it would send any secret of the router to a host of theirs. */
export interface KeyPlaces {
  /** Variables that the configuration names, whatever they are called. */
  readonly variables: ReadonlySet<string>;
  /** Files below these are keys. */
  readonly dirs: readonly string[];
  /** Files that the environment of the process names for keys, wherever they are. */
  readonly files: readonly string[];
  /** The gateway's own secrets, which are nobody's key wherever the directories are. */
  readonly secretsFile: string;
}

/** What a reference names. */
export interface KeyReference {
  readonly kind: 'env' | 'file';
  readonly name: string;
}

/** Where orchestrators put secrets, in a directory of its own: others below /run/secrets are of other services. */
const SECRETS_DIR = '/run/secrets/providers';

/** What a variable with a provider's key, or with the credentials of the proxy on the way to it, is called. */
const KEY_NAME = /^[A-Z0-9_]+_(KEY|PROXY_CREDENTIALS)$/;

/** Variables of the gateway, its stores and its cloud; a Bedrock API key is a provider's. */
const OWN_NAME = /^((DATABASE|MIGRATION|NATS|REDIS|AWS(?!_BEARER_TOKEN_BEDROCK$))_|PG)/;
const GATEWAY_NAME = /^GATEWAY_/;

export function keyPlacesFrom(
  { providers, providerKeyDirs, dataDir }: Pick<GatewayConfig, 'providers' | 'providerKeyDirs' | 'dataDir'>,
  environment: Environment,
): KeyPlaces {
  const named = providers.map(({ apiKeyEnv }) => apiKeyEnv).filter((name) => name !== '');
  return {
    variables: new Set([...named, ...keyVariables]),
    dirs: (providerKeyDirs ?? [SECRETS_DIR, join(dataDir, 'provider-keys')]).map((dir) => resolve(dir)),
    files: keyFilesFrom(environment).map((path) => resolve(path)),
    secretsFile: resolve(dataDir, 'secrets.json'),
  };
}

/** undefined: it is no reference. */
export function parseKeyReference(reference: string): KeyReference | undefined {
  const at = reference.indexOf(':');
  const kind = reference.slice(0, Math.max(at, 0));
  return kind === 'env' || kind === 'file' ? { kind, name: reference.slice(at + 1) } : undefined;
}

/** Why a reference leads where no key of a provider is, and what to do; undefined: it may. No file is looked at. */
export function keyReferenceFault({ kind, name }: KeyReference, places: KeyPlaces): string | undefined {
  return kind === 'env' ? variableFault(name, places) : fileFault(resolve(name), places);
}

/** As `keyReferenceFault` of a file, for a path whose links were followed. */
export function fileFault(path: string, { dirs, files, secretsFile }: KeyPlaces): string | undefined {
  if (path === secretsFile) return `${path} has the gateway's own secrets, and no key of a provider`;
  if (files.includes(path)) return undefined;
  if (dirs.some((dir) => path.startsWith(dir.endsWith(sep) ? dir : dir + sep))) return undefined;
  return `${path} is in none of the directories for keys: put the key below ${dirs.join(' or ')}, or set GATEWAY_PROVIDER_KEY_DIRS`;
}

function variableFault(name: string, { variables }: KeyPlaces): string | undefined {
  if (name === SIMULATOR_KEY_VARIABLE) return undefined;
  if (isVariable(name) || OWN_NAME.test(name))
    return `${name} is a variable of the gateway or its stores, and no key of a provider`;
  if (variables.has(name)) return undefined;
  if (!GATEWAY_NAME.test(name) && KEY_NAME.test(name)) return undefined;
  return `${name} is no name for a provider's key: call the variable SOMETHING_API_KEY, or name it as apiKeyEnv of a provider in the configuration`;
}
