import type { ProviderSettings } from './gateway-config.ts';

/** A provider with its key, as the router takes it. */
export type ProviderWithKey = Omit<ProviderSettings, 'apiKeyEnv'> & { readonly apiKey: string };

/** Providers that are on as soon as their key is in the environment. */
const wellKnown: readonly ProviderSettings[] = [
  {
    name: 'openai',
    kind: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    apiKeyEnv: 'OPENAI_API_KEY',
    catalogue: 'openai',
    maxTokensParam: 'max_completion_tokens',
  },
  {
    name: 'anthropic',
    kind: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    apiKeyEnv: 'ANTHROPIC_API_KEY',
    catalogue: 'anthropic',
  },
  // Resells OpenAI's models under their names; its own prices differ, so an operator who cares sets them in `prices`.
  {
    name: '302ai',
    kind: 'openai',
    baseUrl: 'https://api.302.ai/v1',
    apiKeyEnv: 'AI302_API_KEY',
    catalogue: 'openai',
    maxTokensParam: 'max_tokens',
  },
];

/** The providers that can be called: those configured, then the well-known ones whose key is set. */
export function providersFrom(
  configured: readonly ProviderSettings[],
  environment: Readonly<Record<string, string | undefined>>,
): ProviderWithKey[] {
  const taken = new Set(configured.map((provider) => provider.name));
  const implied = wellKnown.filter((provider) => !taken.has(provider.name) && environment[provider.apiKeyEnv]);
  return [...configured, ...implied].map(({ apiKeyEnv, ...provider }) => ({
    ...provider,
    apiKey: environment[apiKeyEnv] ?? '',
  }));
}
