import type { GatewayConfig } from '#config/gateway-config.ts';

const KEY_VARIABLE = 'GATEWAY_SIMULATOR_KEY';

/** The simulator in both of its wire formats, under the names and prices of the real models, as settings say it. */
export function simulatorProviders(url: string): {
  readonly providers: GatewayConfig['providers'];
  readonly environment: Readonly<Record<string, string>>;
} {
  const baseUrl = `${url}/v1`;
  return {
    providers: [
      { name: 'simulator-openai', kind: 'openai', baseUrl, apiKeyEnv: KEY_VARIABLE, catalogue: 'openai' },
      { name: 'simulator-anthropic', kind: 'anthropic', baseUrl, apiKeyEnv: KEY_VARIABLE, catalogue: 'anthropic' },
    ],
    environment: { [KEY_VARIABLE]: 'simulator' },
  };
}
