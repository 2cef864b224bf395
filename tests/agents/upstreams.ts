import type { InstallationOptions } from '../e2e/support/installation.ts';
import { backendProviders, backends } from '../formats/backends.ts';

/** A way to a model, by the format in which it is spoken to, and a model there that thinks and calls tools. */
export interface Upstream {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
}

const clouds = [
  {
    name: 'bedrock',
    kind: 'openai',
    path: '',
    model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    catalogue: 'aws',
  },
  {
    name: 'bedrock-anthropic',
    kind: 'anthropic',
    path: '',
    model: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    catalogue: 'aws',
  },
  {
    name: 'vertex-anthropic',
    kind: 'anthropic',
    path: '/v1/projects/p/locations/global/publishers/anthropic',
    model: 'claude-opus-4-8',
    catalogue: 'google',
  },
] as const;

/** Every format that a provider speaks, and Claude at both clouds. */
export const upstreams: readonly Upstream[] = [
  ...Object.entries(backends).map(([format, { name: provider, thinker: model }]) => ({
    name: format,
    provider,
    model,
  })),
  ...clouds.map(({ name, model }) => ({ name, provider: name, model })),
];

export function upstreamProviders(simulatorUrl: string): NonNullable<InstallationOptions['providers']> {
  return [
    ...backendProviders(simulatorUrl),
    ...clouds.map(({ path, model, ...row }) => ({ ...row, models: [model], baseUrl: `${simulatorUrl}${path}` })),
  ];
}
