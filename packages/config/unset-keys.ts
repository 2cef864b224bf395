import type { ProviderSettings } from './gateway-config.ts';
import type { Environment } from './variables.ts';

/** A warning for each provider whose key is not in the environment. */
export function unsetKeys(providers: readonly ProviderSettings[], environment: Environment): string[] {
  return providers
    .filter(({ apiKeyEnv }) => apiKeyEnv !== '' && (environment[apiKeyEnv] ?? '') === '')
    .map(
      ({ name, apiKeyEnv }) =>
        `provider ${name} has no key, since ${apiKeyEnv} is not set: set it (to any text where the provider wants none), or take the provider out`,
    );
}
