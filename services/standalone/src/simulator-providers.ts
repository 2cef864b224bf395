import type { ProviderWithKey } from '#config/providers.ts';

/** The simulator in both of its wire formats, under the names and prices of the real models. */
export function simulatorProviders(url: string): ProviderWithKey[] {
  return [
    { name: 'simulator-openai', kind: 'openai', baseUrl: `${url}/v1`, apiKey: 'simulator', catalogue: 'openai' },
    {
      name: 'simulator-anthropic',
      kind: 'anthropic',
      baseUrl: `${url}/v1`,
      apiKey: 'simulator',
      catalogue: 'anthropic',
    },
  ];
}
