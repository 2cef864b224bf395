import type { FormatName } from '#ai/format.ts';
import type { InstallationOptions } from '../e2e/support/installation.ts';

/** A provider of the simulator's that speaks one format of chat, and the models that only it has. */
export interface Backend {
  readonly name: string;
  readonly kind: 'openai' | 'anthropic';
  /** Best first; the first is what chats are translated into. */
  readonly formats: readonly FormatName[];
  readonly model: string;
  /** A model that can think. */
  readonly thinker: string;
  /** Whose prices; absent: its kind's. */
  readonly catalogue?: string;
  /** Absent: `/v1`. */
  readonly basePath?: string;
}

export const backends = {
  'openai-chat': {
    name: 'speaks-chat',
    kind: 'openai',
    formats: ['openai-chat', 'openai-completions', 'openai-embeddings'],
    model: 'gpt-4.1-mini',
    thinker: 'o4-mini',
  },
  'openai-responses': {
    name: 'speaks-responses',
    kind: 'openai',
    formats: ['openai-responses', 'openai-compact'],
    model: 'gpt-4.1',
    thinker: 'o3',
  },
  'anthropic-messages': {
    name: 'speaks-messages',
    kind: 'anthropic',
    formats: ['anthropic-messages'],
    model: 'claude-sonnet-4-6',
    thinker: 'claude-sonnet-4-6',
  },
  'gemini-generate': {
    name: 'speaks-gemini',
    kind: 'openai',
    formats: ['gemini-generate'],
    model: 'gemini-2.5-flash',
    thinker: 'gemini-2.5-pro',
    catalogue: 'google',
    basePath: '/v1beta',
  },
} as const satisfies Partial<Record<FormatName, Backend>>;

export type BackendFormat = keyof typeof backends;

/** A provider whose reasoning stands beside its completions, and in the total only. */
const besideBackend = { name: 'speaks-chat-beside', model: 'gpt-4o' } as const;

/** All that mixed requests go to, with a model that only it has. */
export const mixedBackends = { ...backends, 'chat with reasoning beside': besideBackend } as const;

export type MixedBackend = keyof typeof mixedBackends;

/** The providers of a gateway that has them all; `more` are models of the one that speaks chat. */
export function backendProviders(
  simulatorUrl: string,
  more: readonly string[] = [],
): NonNullable<InstallationOptions['providers']> {
  const all: readonly Backend[] = Object.values(backends);
  const spoken = all.map(({ name, kind, formats, model, thinker, catalogue = kind, basePath = '/v1' }) => ({
    name,
    kind,
    formats,
    baseUrl: `${simulatorUrl}${basePath}`,
    catalogue,
    models: [...new Set([model, thinker, ...(name === backends['openai-chat'].name ? more : [])])],
  }));
  return [
    ...spoken,
    {
      name: besideBackend.name,
      baseUrl: `${simulatorUrl}/v1`,
      models: [besideBackend.model],
      formats: ['openai-chat'],
      reasoningInOutput: 'compare',
    },
  ];
}
