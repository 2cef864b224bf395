import type { FormatName } from '#ai/format.ts';
import { exampleCredentials } from '../../tools/simulator/src/aws/credentials.ts';
import type { InstallationOptions } from '../e2e/support/installation.ts';

/** A provider of the simulator's that speaks one format of chat, and the models that only it has. */
export interface Backend {
  readonly name: string;
  readonly kind: 'openai' | 'anthropic';
  /** The row of the provider catalogue that says how it is spoken to; absent: its kind's. */
  readonly preset?: string;
  /** Best first; the first is what chats are translated into. */
  readonly formats: readonly FormatName[];
  readonly model: string;
  /** A model that can think. */
  readonly thinker: string;
  /** Whose prices; absent: its kind's. */
  readonly catalogue?: string;
  /** Absent: `/v1`. */
  readonly basePath?: string;
  /** The variable that its key is in, of `backendKeys`; absent: any key is good. */
  readonly apiKeyEnv?: string;
  /** What a signature for AWS names, as the simulator's address does not. */
  readonly region?: string;
}

const AWS_KEY_VARIABLE = 'KEY_PAIR_AT_AWS';
const GOOGLE_KEY_VARIABLE = 'SERVICE_ACCOUNT_AT_GOOGLE';

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
  'bedrock-converse': {
    name: 'speaks-converse',
    kind: 'openai',
    preset: 'bedrock',
    formats: ['bedrock-converse'],
    model: 'us.anthropic.claude-sonnet-4-6-v1:0',
    thinker: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    catalogue: 'aws',
    basePath: '',
    apiKeyEnv: AWS_KEY_VARIABLE,
    region: 'us-east-1',
  },
  'bedrock-invoke': {
    name: 'speaks-invoke',
    kind: 'anthropic',
    preset: 'bedrock-anthropic',
    formats: ['anthropic-messages'],
    model: 'global.anthropic.claude-sonnet-4-6-v1:0',
    thinker: 'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
    catalogue: 'aws',
    basePath: '',
    apiKeyEnv: AWS_KEY_VARIABLE,
    region: 'us-east-1',
  },
  'vertex-anthropic': {
    name: 'speaks-raw-predict',
    kind: 'anthropic',
    preset: 'vertex-anthropic',
    formats: ['anthropic-messages'],
    model: 'claude-sonnet-4-5',
    thinker: 'claude-sonnet-4-5',
    catalogue: 'google',
    basePath: '/v1/projects/p/locations/global/publishers/anthropic',
    apiKeyEnv: GOOGLE_KEY_VARIABLE,
  },
} as const satisfies Record<string, Backend>;

export type BackendName = keyof typeof backends;

/** The format that chats are translated into for a backend. */
export function formatBehind(name: BackendName): FormatName {
  return backends[name].formats[0];
}

/** The keys of the backends whose provider verifies them, as the environment of a gateway. */
export async function backendKeys(simulatorUrl: string): Promise<Readonly<Record<string, string>>> {
  const [{ accessKeyId = '', secretAccessKey = '' } = {}] = exampleCredentials;
  const account = await fetch(`${simulatorUrl}/simulator/google/service-account`);
  return {
    [AWS_KEY_VARIABLE]: `${accessKeyId}:${secretAccessKey}`,
    [GOOGLE_KEY_VARIABLE]: await account.text(),
  };
}

/** Whose prices a backend's models have. */
export function catalogueBehind(name: MixedBackend): string {
  const backend: Partial<Backend> = mixedBackends[name];
  return backend.catalogue ?? backend.kind ?? 'openai';
}

/** A provider whose reasoning stands beside its completions, and in the total only. */
const besideBackend = { name: 'speaks-chat-beside', model: 'gpt-4o' } as const;

/** A provider that makes vectors alone, in Google's format. */
export const vectorBackend = {
  name: 'speaks-gemini-vectors',
  kind: 'openai',
  formats: ['gemini-embeddings'],
  model: 'gemini-embedding-001',
  thinker: 'gemini-embedding-001',
  catalogue: 'google',
  basePath: '/v1beta',
} as const satisfies Backend;

/** All that mixed requests go to, with a model that only it has. */
export const mixedBackends = {
  ...backends,
  'gemini-embeddings': vectorBackend,
  'chat with reasoning beside': besideBackend,
} as const;

export type MixedBackend = keyof typeof mixedBackends;

/** The providers of a gateway that has them all; `more` are models of the one that speaks chat. */
export function backendProviders(
  simulatorUrl: string,
  more: readonly string[] = [],
): NonNullable<InstallationOptions['providers']> {
  const all: readonly Backend[] = [...Object.values(backends), vectorBackend];
  const spoken = all.map(({ model, thinker, basePath = '/v1', ...said }) => ({
    catalogue: said.kind,
    ...said,
    baseUrl: `${simulatorUrl}${basePath}`,
    models: [...new Set([model, thinker, ...(said.name === backends['openai-chat'].name ? more : [])])],
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
