import { answerTokensOf, type Usage } from '#ai/usage.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { Script } from '../script.ts';

/** Reasoning that an odd report has beyond the whole answer. */
const ODD_REASONING_EXCESS = 555;

/** Usage as Anthropic reports it: `input_tokens` are those that neither came from the cache nor went into it. */
export function usageReport(usage: Usage, script: Script): JsonObject {
  const output = answerTokensOf(usage);
  const isOdd = script.usageDialect === 'odd-reasoning';
  const thinking = isOdd ? output + ODD_REASONING_EXCESS : (usage.reasoning ?? 0);
  const [short, long] = [usage.cache_write ?? 0, usage.cache_write_1h ?? 0];
  return {
    input_tokens: usage.input ?? 0,
    cache_creation_input_tokens: short + long,
    cache_read_input_tokens: usage.cached_input ?? 0,
    cache_creation: { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: long },
    output_tokens: output,
    ...(thinking === 0 ? {} : { output_tokens_details: { thinking_tokens: thinking } }),
    service_tier: script.serviceTier ?? 'standard',
  };
}

/** At the start the API has counted the prompt, and of the answer its first token. */
export function usageAtStart(usage: Usage, script: Script): JsonObject {
  const { output_tokens_details: _, ...report } = usageReport(
    { ...usage, reasoning: 0, output: 1 },
    { ...script, usageDialect: 'mistral' },
  );
  return { ...report, output_tokens: Math.min(1, answerTokensOf(usage)) };
}

/** At the end the counts are those of the whole answer. Some providers forget what they said of the prompt. */
export function usageAtEnd(usage: Usage, script: Script): JsonObject {
  const report = usageReport(usage, script);
  if (script.usageDialect !== 'zero-later') return report;
  return { ...report, input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
}
