import { answerTokensOf, promptTokensOf, type Usage } from '#ai/usage.ts';
import type { Script, UsageDialect } from '../script.ts';

/** Where in a stream a provider reports usage. */
export type UsagePlace =
  /** A chunk of its own after the last, without choices; only where it was asked for. */
  | 'own-chunk'
  /** With the finish reason, asked for or not. */
  | 'finish-chunk'
  /** In `x_groq` of the chunk with the finish reason. */
  | 'x_groq'
  /** In the choice that carries the finish reason. */
  | 'choice'
  /** In every chunk, as far as it goes by then. */
  | 'every-chunk'
  /** A chunk of its own, and then one more that is all zeros. */
  | 'zeros-after';

export interface Dialect {
  report(usage: Usage): object;
  readonly place: UsagePlace;
  /** The field that shows thoughts; undefined: they are hidden. */
  readonly thoughtsField: 'reasoning_content' | 'reasoning' | undefined;
}

/** Reasoning that an odd report has beyond the whole completion. */
const ODD_REASONING_EXCESS = 555;
const CACHE_LONG_UNIT = 'cache_write_12h';

const openAi: Dialect = { report: openAiReport, place: 'own-chunk', thoughtsField: undefined };

const dialects: Readonly<Record<UsageDialect, Dialect>> = {
  deepseek: {
    report: (usage) => ({
      ...totalsOf(usage),
      prompt_cache_hit_tokens: usage.cached_input ?? 0,
      prompt_cache_miss_tokens: promptTokensOf(usage) - (usage.cached_input ?? 0),
      completion_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    }),
    place: 'finish-chunk',
    thoughtsField: 'reasoning_content',
  },
  moonshot: {
    report: (usage) => ({ ...totalsOf(usage), cached_tokens: usage.cached_input ?? 0 }),
    place: 'choice',
    thoughtsField: 'reasoning_content',
  },
  groq: {
    report: (usage) => ({
      queue_time: 0.01,
      prompt_time: 0.002,
      completion_time: 0.03,
      total_time: 0.032,
      ...totalsOf(usage),
      prompt_tokens_details: { cached_tokens: usage.cached_input ?? 0 },
      completion_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    }),
    place: 'x_groq',
    thoughtsField: 'reasoning',
  },
  mistral: {
    report: (usage) => ({ ...totalsOf(usage), num_cached_tokens: usage.cached_input ?? 0 }),
    place: 'finish-chunk',
    thoughtsField: undefined,
  },
  xai: {
    // Reasoning is beside the completion, and in the total only.
    report: (usage) => ({
      ...totalsOf(usage),
      completion_tokens: answerTokensOf(usage) - (usage.reasoning ?? 0),
      prompt_tokens_details: {
        text_tokens: promptTokensOf(usage),
        audio_tokens: 0,
        image_tokens: 0,
        cached_tokens: usage.cached_input ?? 0,
      },
      completion_tokens_details: { reasoning_tokens: usage.reasoning ?? 0, audio_tokens: 0 },
      num_sources_used: 0,
    }),
    place: 'own-chunk',
    thoughtsField: 'reasoning_content',
  },
  'zero-later': { ...openAi, place: 'zeros-after' },
  'odd-reasoning': {
    ...openAi,
    report: (usage) => ({
      ...openAiReport(usage),
      completion_tokens_details: { reasoning_tokens: answerTokensOf(usage) + ODD_REASONING_EXCESS },
    }),
  },
  'every-chunk': { ...openAi, place: 'every-chunk' },
};

export function dialectOf(script: Script): Dialect {
  return script.usageDialect === undefined ? openAi : dialects[script.usageDialect];
}

/** Usage as OpenAI reports it. */
function openAiReport(usage: Usage): object {
  return {
    ...totalsOf(usage),
    prompt_tokens_details: {
      cached_tokens: usage.cached_input ?? 0,
      cache_write_tokens: (usage.cache_write ?? 0) + (usage[CACHE_LONG_UNIT] ?? 0),
      ...writeDetailsOf(usage),
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning ?? 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** How long what was written is kept, where some of it is kept for twelve hours. */
export function writeDetailsOf(usage: Usage): object {
  const longTokens = usage[CACHE_LONG_UNIT] ?? 0;
  if (longTokens === 0) return {};
  return { cache_write_tokens_details: { ttl_30m_tokens: usage.cache_write ?? 0, ttl_12h_tokens: longTokens } };
}

function totalsOf(usage: Usage): object {
  const [prompt_tokens, completion_tokens] = [promptTokensOf(usage), answerTokensOf(usage)];
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
