import type { AnswerEnd } from '../../chat/answer-part.ts';
import { costText } from '../../usage/cost-text.ts';
import { answerTokensOf, promptTokensOf, type Usage } from '../../usage.ts';

/** A response's `usage`: parts are inside their wholes. JSON; `null`: the provider did not say. */
export function writeUsage({ usage, costNanoUsd }: AnswerEnd): string {
  if (usage === null) return 'null';
  const shape = JSON.stringify(usageShape(usage));
  // A number is written from its digits: a double would round what was charged.
  return costNanoUsd === undefined ? shape : `${shape.slice(0, -1)},"cost":${costText(costNanoUsd)}}`;
}

function usageShape(usage: Usage) {
  const inputTokens = promptTokensOf(usage);
  const outputTokens = answerTokensOf(usage);
  const longTokens = usage.cache_write_12h ?? 0;
  const shortTokens = (usage.cache_write ?? 0) + (usage.cache_write_1h ?? 0);
  return {
    input_tokens: inputTokens,
    input_tokens_details: {
      cached_tokens: (usage.cached_input ?? 0) + (usage.cached_audio_input ?? 0),
      cache_write_tokens: shortTokens + longTokens,
      ...(longTokens > 0
        ? { cache_write_tokens_details: { ttl_30m_tokens: shortTokens, ttl_12h_tokens: longTokens } }
        : {}),
    },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    total_tokens: inputTokens + outputTokens,
  };
}
