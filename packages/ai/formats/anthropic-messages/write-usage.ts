import type { AnswerEnd } from '../../chat/answer-part.ts';
import { RawJson } from '../../json/write-json.ts';
import { costText } from '../../usage/cost-text.ts';
import { answerTokensOf, noUsage } from '../../usage.ts';

/** Usage as clients of Messages read it: the cache is beside the input, thinking within the output. */
export interface MessageUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation: { readonly ephemeral_5m_input_tokens: number; readonly ephemeral_1h_input_tokens: number };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly thinking_tokens: number };
  readonly server_tool_use: { readonly web_search_requests: number; readonly web_fetch_requests: number } | null;
  readonly service_tier: string;
  readonly speed: 'standard' | 'fast';
  readonly inference_geo: null;
  /** USD, where the client asked for it. */
  readonly cost?: RawJson;
}

/** `end` null: nothing is known yet. */
export function writeUsage(end: AnswerEnd | null): MessageUsage {
  const usage = end?.usage ?? noUsage;
  const { input = 0, audio_input = 0, image_input = 0, cached_input = 0, cached_audio_input = 0, search = 0 } = usage;
  const { cache_write = 0, cache_write_1h = 0, cache_write_12h = 0, reasoning = 0 } = usage;
  const longWrites = cache_write_1h + cache_write_12h;
  return {
    input_tokens: input + audio_input + image_input,
    cache_creation_input_tokens: cache_write + longWrites,
    cache_read_input_tokens: cached_input + cached_audio_input,
    cache_creation: { ephemeral_5m_input_tokens: cache_write, ephemeral_1h_input_tokens: longWrites },
    output_tokens: answerTokensOf(usage),
    output_tokens_details: { thinking_tokens: reasoning },
    server_tool_use: search > 0 ? { web_search_requests: search, web_fetch_requests: 0 } : null,
    ...tierOf(end?.serviceTier ?? ''),
    inference_geo: null,
    ...(end?.costNanoUsd !== undefined && { cost: new RawJson(costText(end.costNanoUsd)) }),
  };
}

/** `fast` is a speed here. */
function tierOf(tier: string): Pick<MessageUsage, 'service_tier' | 'speed'> {
  return tier === 'fast'
    ? { service_tier: 'standard', speed: 'fast' }
    : { service_tier: tier === '' ? 'standard' : tier, speed: 'standard' };
}
