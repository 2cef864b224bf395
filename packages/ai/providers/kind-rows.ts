import type { FormatName } from '../format.ts';
import type { ProviderRow } from './provider-row.ts';

type Said = Pick<ProviderRow, 'id' | 'name' | 'baseUrl' | 'keyVariable'> & Partial<ProviderRow>;

const chat: readonly FormatName[] = ['openai-chat'];
const openAiFormats: readonly FormatName[] = ['openai-chat', 'openai-completions', 'openai-embeddings'];

/** What an OpenAI-compatible provider is, where its row says nothing else. */
export function compatible(said: Said): ProviderRow {
  return {
    auth: 'bearer',
    formats: chat,
    basePaths: {},
    catalogue: said.id,
    // The older name is what nearly all of them take.
    maxTokensField: 'max_tokens',
    takesStreamOptions: true,
    renamed: {},
    refused: [],
    usage: { isCacheInInput: true, isReasoningInOutput: 'compare' },
    ...said,
  };
}

/** Providers that are wire formats of their own. A resource without a row of its own has the rules of its kind. */
export const kindRows = {
  openai: compatible({
    id: 'openai-compatible',
    name: 'OpenAI-compatible',
    baseUrl: '',
    keyVariable: '',
    formats: openAiFormats,
    maxTokensField: 'max_completion_tokens',
  }),
  anthropic: compatible({
    id: 'anthropic-compatible',
    name: 'Anthropic-compatible',
    baseUrl: '',
    keyVariable: '',
    auth: 'x-api-key',
    formats: ['anthropic-messages'],
    // Mostly a proxy of Anthropic's own API.
    betas: 'all',
    usage: { isCacheInInput: false, isReasoningInOutput: true },
  }),
} as const satisfies Record<string, ProviderRow>;
