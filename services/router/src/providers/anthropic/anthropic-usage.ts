import { type OpenAiUsage, openAiUsageShape } from '#ai/formats/openai-chat/usage-shape.ts';
import { answerTokensOf, promptTokensOf, type Usage } from '#ai/usage.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';

/**
 * Anthropic's usage. Its parts are disjoint already, except for the one-hour part of the cache writes. Thinking is a
 * part of the output that is not reported apart. Null if the usage says nothing, or nonsense.
 */
export function readAnthropicUsage(value: unknown): Usage | null {
  const usage = asObject(value);
  if (typeof usage?.['input_tokens'] !== 'number' || typeof usage['output_tokens'] !== 'number') return null;
  const cacheWrites = count(usage['cache_creation_input_tokens']);
  const oneHourWrites = count(asObject(usage['cache_creation'])?.['ephemeral_1h_input_tokens']);
  const read: Usage = {
    input: usage['input_tokens'],
    cached_input: count(usage['cache_read_input_tokens']),
    cache_write: cacheWrites - oneHourWrites,
    cache_write_1h: oneHourWrites,
    output: usage['output_tokens'],
  };
  return Object.values(read).every((tokens) => Number.isInteger(tokens) && tokens >= 0) ? read : null;
}

const counts = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cache_creation',
] as const;

/**
 * Adds a later event's report to a stream's usage. Counts are cumulative, and null means no change. Other fields of the
 * event are not kept, since there may be many events.
 */
export function mergeUsage(before: JsonObject | null, after: unknown): JsonObject | null {
  const news = asObject(after);
  if (!news) return before;
  const told = counts.filter((name) => news[name] !== null && news[name] !== undefined);
  return { ...before, ...Object.fromEntries(told.map((name) => [name, news[name]])) };
}

/** Usage as an OpenAI client expects it: everything in the prompt is a prompt token. */
export function toOpenAiUsage(usage: Usage): OpenAiUsage {
  return openAiUsageShape({
    promptTokens: promptTokensOf(usage),
    cachedTokens: usage.cached_input ?? 0,
    completionTokens: answerTokensOf(usage),
    reasoningTokens: usage.reasoning ?? 0,
  });
}

function count(value: unknown): number {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' ? value : Number.NaN;
}
