import type { Unit } from '#ai/units.ts';
import { answerTokensOf, type Usage } from '#ai/usage.ts';
import type { Answer } from './answer.ts';
import type { Prompt } from './prompt.ts';
import type { Script, ScriptedUsage } from './script.ts';

/** English text runs to about four characters a token. */
const CHARACTERS_PER_TOKEN = 4;
/** Roles and separators cost a few tokens a message with every provider. */
const TOKENS_PER_MESSAGE = 4;
/** What OpenAI charges for an image at low detail. */
const TOKENS_PER_IMAGE = 85;

/** The unit of what a format's cache keeps for longer than usual. */
export type LongCacheUnit = Extract<Unit, 'cache_write_1h' | 'cache_write_12h'>;

/**
 * The usage of an answer over all its choices: by default one token a piece, and a prompt measured by its characters.
 * A script overrides any part. Units of which nothing was used are left out.
 */
export function usageOf(prompt: Prompt, script: Script, answer: Answer, longCacheUnit: LongCacheUnit): Usage {
  const scripted = script.usage ?? {};
  const cached = scripted.cached ?? 0;
  const cacheWrite = scripted.cacheWrite ?? 0;
  const cacheWriteLong = scripted.cacheWriteLong ?? 0;
  const reasoning = scripted.reasoning ?? answer.thoughtPieces * prompt.choices;
  const promptTokens = scripted.prompt ?? Math.max(promptTokensIn(prompt), cacheTokensOf(scripted));
  const saidPieces = answer.piecesTotal - answer.thoughtPieces;
  const completionTokens = scripted.completion ?? saidPieces * prompt.choices + reasoning;
  // A report of more reasoning than there was answer is right to bill as an answer that was all reasoning.
  const isOdd = script.usageDialect === 'odd-reasoning';
  const thought = isOdd ? completionTokens : Math.min(reasoning, completionTokens);
  return withoutZeros({
    input: promptTokens - cacheTokensOf(scripted),
    cached_input: cached,
    cache_write: cacheWrite,
    [longCacheUnit]: cacheWriteLong,
    output: completionTokens - thought,
    reasoning: thought,
  });
}

/** The part of a scripted prompt that came from a cache or went into one. */
export function cacheTokensOf(scripted: ScriptedUsage): number {
  return (scripted.cached ?? 0) + (scripted.cacheWrite ?? 0) + (scripted.cacheWriteLong ?? 0);
}

/**
 * The part of `whole` that was used up when `pieces` of `piecesTotal` had gone out: the whole prompt, and the
 * answer in proportion, rounded down.
 */
export function usageUntil(whole: Usage, pieces: number, piecesTotal: number): Usage {
  if (pieces >= piecesTotal) return whole;
  const answered = Math.floor((answerTokensOf(whole) * pieces) / piecesTotal);
  const reasoning = Math.floor(((whole.reasoning ?? 0) * pieces) / piecesTotal);
  return withoutZeros({ ...whole, output: answered - reasoning, reasoning });
}

/** What the prompt counts by the published rule. */
export function promptTokensIn({ size }: Prompt): number {
  const textTokens = Math.ceil(size.characters / CHARACTERS_PER_TOKEN);
  return textTokens + size.messages * TOKENS_PER_MESSAGE + size.images * TOKENS_PER_IMAGE;
}

function withoutZeros(usage: Usage): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([, quantity]) => quantity > 0));
}
