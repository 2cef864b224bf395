import { kindOf } from '#ai/providers/provider-row.ts';
import { providerRows } from '#ai/providers/provider-rows.ts';
import type { ProviderSettings } from './gateway-config.ts';
import type { Environment } from './variables.ts';

/** A provider of the configuration, and where it stands there. */
export interface ConfiguredProvider extends ProviderSettings {
  /** environment: nobody wrote it down, and its key is there. */
  readonly source: 'config' | 'environment';
}

/** Providers that are on as soon as their key is in the environment: those with one address for all. */
export const wellKnown: readonly ProviderSettings[] = providerRows
  .filter(({ keyVariable, baseUrl }) => keyVariable !== '' && baseUrl !== '')
  .map((row) => ({
    name: row.id,
    kind: kindOf(row),
    baseUrl: row.baseUrl,
    apiKeyEnv: row.keyVariable,
    catalogue: row.catalogue,
  }));

/** Where the simulator listens, and its key, which it does not ask for. Set by the process that starts it. */
export const SIMULATOR_URL_VARIABLE = 'GATEWAY_SIMULATOR_URL';
export const SIMULATOR_KEY_VARIABLE = 'GATEWAY_SIMULATOR_KEY';

const simulated = {
  openai: ['openai-chat', 'openai-responses', 'openai-compact', 'openai-completions', 'openai-embeddings'],
  anthropic: ['anthropic-messages'],
} as const;

/** The simulator in all of its wire formats, under the names and prices of the real models. */
function simulators(url: string): readonly ProviderSettings[] {
  return (['openai', 'anthropic'] as const).map((kind) => ({
    formats: [...simulated[kind]],
    name: `simulator-${kind}`,
    kind,
    baseUrl: `${url}/v1`,
    apiKeyEnv: SIMULATOR_KEY_VARIABLE,
    catalogue: kind,
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
  const implied = [...wellKnown, ...(simulatorUrl === undefined ? [] : simulators(simulatorUrl))];
  return [
    ...configured.map((provider) => ({ ...provider, source: 'config' as const })),
    ...implied
      .filter((provider) => !taken.has(provider.name) && (environment[provider.apiKeyEnv] ?? '') !== '')
      .map((provider) => ({ ...provider, source: 'environment' as const })),
  ];
}
