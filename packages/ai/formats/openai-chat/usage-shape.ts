import { answerTokensOf, promptTokensOf, type Usage } from '../../usage.ts';

/** OpenAI's usage: cached tokens are a part of the prompt's, reasoning tokens of the completion's. */
export interface OpenAiUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: {
    readonly cached_tokens: number;
    readonly cache_write_tokens?: number;
    readonly audio_tokens?: number;
    readonly image_tokens?: number;
  };
  readonly completion_tokens_details: {
    readonly reasoning_tokens: number;
    readonly audio_tokens?: number;
    readonly image_tokens?: number;
  };
}

/** Disjoint quantities in OpenAI's shape, where parts are in their wholes. Parts that there are none of are left out. */
export function usageShapeOf(usage: Usage): OpenAiUsage {
  const { cached_input = 0, cached_audio_input = 0, reasoning = 0 } = usage;
  const written = (usage.cache_write ?? 0) + (usage.cache_write_1h ?? 0) + (usage.cache_write_12h ?? 0);
  const audioInput = (usage.audio_input ?? 0) + cached_audio_input;
  const { image_input = 0, audio_output = 0, image_output = 0 } = usage;
  const promptTokens = promptTokensOf(usage);
  const completionTokens = answerTokensOf(usage);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: {
      cached_tokens: cached_input + cached_audio_input,
      ...(written > 0 ? { cache_write_tokens: written } : {}),
      ...(audioInput > 0 ? { audio_tokens: audioInput } : {}),
      ...(image_input > 0 ? { image_tokens: image_input } : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      ...(audio_output > 0 ? { audio_tokens: audio_output } : {}),
      ...(image_output > 0 ? { image_tokens: image_output } : {}),
    },
  };
}
