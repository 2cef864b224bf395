import { resolve } from 'node:path';
import { addressFrom } from '#ai/providers/address-template.ts';
import { kindOf, type ProviderRow } from '#ai/providers/provider-row.ts';
import { providerRows } from '#ai/providers/provider-rows.ts';
import type { ProviderSettings } from './gateway-config.ts';
import type { Environment } from './variables.ts';

/** A provider of the configuration, and where it stands there. */
export interface ConfiguredProvider extends ProviderSettings {
  /** environment: nobody wrote it down, and its key is there. */
  readonly source: 'config' | 'environment';
  /** `env:NAME` or `file:PATH`; empty: it wants no key. */
  readonly apiKeyRef: string;
}

/** The variables that usually hold a provider's key. */
export const keyVariables: readonly string[] = providerRows
  .map(({ keyVariable }) => keyVariable)
  .filter((name) => name !== '');

/** Providers that are on as their key is in the environment, or the file with it is named there, and what their address is made of. */
function wellKnown(environment: Environment): readonly ConfiguredProvider[] {
  return providerRows.flatMap((row) => {
    const apiKeyRef = keyReferenceOf(row, environment);
    const address =
      row.baseUrl === '' ? addressFrom(row.addresses ?? [], environment) : { url: row.baseUrl, catalogue: undefined };
    if (apiKeyRef === undefined || address === undefined) return [];
    const catalogue = address.catalogue ?? row.catalogue;
    const fields = { name: row.id, kind: kindOf(row), baseUrl: address.url, apiKeyEnv: row.keyVariable, catalogue };
    return [{ ...fields, apiKeyRef, source: 'environment' as const }];
  });
}

function keyReferenceOf({ keyVariable, keyFileVariable }: ProviderRow, environment: Environment): string | undefined {
  if (keyVariable !== '' && (environment[keyVariable] ?? '') !== '') return `env:${keyVariable}`;
  const file = keyFileVariable === undefined ? '' : (environment[keyFileVariable] ?? '');
  return file === '' ? undefined : `file:${resolve(file)}`;
}

/** The files with keys that the environment names for providers, whether or not they are on. */
export function keyFilesFrom(environment: Environment): readonly string[] {
  const names = new Set(providerRows.flatMap(({ keyFileVariable }) => keyFileVariable ?? []));
  return [...names].map((name) => environment[name] ?? '').filter((path) => path !== '');
}

/** Where the simulator listens, and its key, which it does not ask for. Set by the process that starts it. */
export const SIMULATOR_URL_VARIABLE = 'GATEWAY_SIMULATOR_URL';
export const SIMULATOR_KEY_VARIABLE = 'GATEWAY_SIMULATOR_KEY';

/** What the simulator is as a provider of each wire format's maker: under the names and prices of the maker's own models. */
const simulated = [
  {
    name: 'simulator-openai',
    kind: 'openai',
    catalogue: 'openai',
    basePath: '/v1',
    formats: ['openai-chat', 'openai-responses', 'openai-compact', 'openai-completions', 'openai-embeddings'],
  },
  {
    name: 'simulator-anthropic',
    kind: 'anthropic',
    catalogue: 'anthropic',
    basePath: '/v1',
    formats: ['anthropic-messages'],
  },
  // The row of Gemini: where the key goes, and which models of the catalogue are its own.
  {
    name: 'simulator-gemini',
    preset: 'gemini',
    kind: 'openai',
    catalogue: 'google',
    basePath: '/v1beta',
    formats: ['gemini-generate'],
  },
] as const;

function simulators(url: string): readonly ProviderSettings[] {
  return simulated.map(({ basePath, formats, ...said }) => ({
    ...said,
    formats: [...formats],
    baseUrl: `${url}${basePath}`,
    apiKeyEnv: SIMULATOR_KEY_VARIABLE,
  }));
}

/** The ids under which the simulator is a provider. */
export const simulatorIds: readonly string[] = simulators('').map(({ name }) => name);

/** Whether a provider is the simulator, by its id. */
export function isSimulator(providerId: string): boolean {
  return simulatorIds.includes(providerId);
}

/** The providers of the configuration, in order: those written down, then the well-known ones whose key is set. */
export function providersFrom(
  configured: readonly ProviderSettings[],
  environment: Environment,
): readonly ConfiguredProvider[] {
  const taken = new Set(configured.map((provider) => provider.name));
  const simulatorUrl = environment[SIMULATOR_URL_VARIABLE];
  const simulated = simulatorUrl === undefined ? [] : simulators(simulatorUrl);
  const implied = [
    ...wellKnown(environment),
    ...simulated
      .filter(({ apiKeyEnv }) => (environment[apiKeyEnv] ?? '') !== '')
      .map((provider) => withReference(provider, 'environment')),
  ];
  return [
    ...configured.map((provider) => withReference(provider, 'config')),
    ...implied.filter(({ name }) => !taken.has(name)),
  ];
}

function withReference(provider: ProviderSettings, source: ConfiguredProvider['source']): ConfiguredProvider {
  const { apiKeyEnv } = provider;
  return { ...provider, source, apiKeyRef: apiKeyEnv === '' ? '' : `env:${apiKeyEnv}` };
}
