import type { Prompt } from './prompt.ts';
import type { Script } from './script.ts';

/**
 * Tokens of one completion, counted the way OpenAI does: cached and cache-written tokens are part of the prompt's,
 * reasoning tokens are part of the completion's.
 */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
}

export const noUsage: Usage = {
  promptTokens: 0,
  completionTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
};

/** English text runs to about four characters a token. */
const CHARACTERS_PER_TOKEN = 4;
/** Roles and separators cost a few tokens a message with every provider. */
const TOKENS_PER_MESSAGE = 4;
/** What OpenAI charges for an image at low detail. */
const TOKENS_PER_IMAGE = 85;

/**
 * The usage of an answer of `deltas` deltas over all its choices: by default one token a delta, and a prompt measured
 * by its characters. A script overrides any part.
 */
export function usageOf(prompt: Prompt, script: Script, deltas: number): Usage {
  const scripted = script.usage ?? {};
  const cachedTokens = scripted.cached ?? 0;
  const cacheWriteTokens = scripted.cacheWrite ?? 0;
  const reasoningTokens = scripted.reasoning ?? 0;
  return {
    promptTokens: scripted.prompt ?? Math.max(promptTokensOf(prompt), cachedTokens + cacheWriteTokens),
    completionTokens: scripted.completion ?? deltas + reasoningTokens,
    cachedTokens,
    cacheWriteTokens,
    reasoningTokens,
  };
}

/**
 * The part of `whole` that was used up when `deltas` of `deltasTotal` had gone out: the whole prompt, and the
 * completion in proportion, rounded down.
 */
export function usageUntil(whole: Usage, deltas: number, deltasTotal: number): Usage {
  if (deltas >= deltasTotal) return whole;
  return {
    ...whole,
    completionTokens: Math.floor((whole.completionTokens * deltas) / deltasTotal),
    reasoningTokens: Math.floor((whole.reasoningTokens * deltas) / deltasTotal),
  };
}

function promptTokensOf({ size }: Prompt): number {
  const textTokens = Math.ceil(size.characters / CHARACTERS_PER_TOKEN);
  return textTokens + size.messages * TOKENS_PER_MESSAGE + size.images * TOKENS_PER_IMAGE;
}
