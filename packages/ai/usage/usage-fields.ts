import type { JsonObject } from '#kernel/json.ts';

/**
 * The names that a count goes by in the reports of OpenAI and of those who are like it, as paths. Of several that are
 * there the first one counts.
 */
export const usageFields = {
  // Cohere bills less than it counts.
  prompt: ['prompt_tokens', 'input_tokens', 'billed_units.input_tokens'],
  completion: ['completion_tokens', 'output_tokens', 'billed_units.output_tokens'],
  total: ['total_tokens'],
  cached: [
    'prompt_tokens_details.cached_tokens',
    'input_tokens_details.cached_tokens',
    // Realtime.
    'input_token_details.cached_tokens',
    // Moonshot.
    'cached_tokens',
    // DeepSeek.
    'prompt_cache_hit_tokens',
    // Mistral.
    'num_cached_tokens',
    // Those who speak Anthropic's format as well.
    'cache_read_input_tokens',
  ],
  cacheWrite: [
    'prompt_tokens_details.cache_write_tokens',
    'input_tokens_details.cache_write_tokens',
    // DashScope.
    'prompt_tokens_details.cache_creation_input_tokens',
    'cache_write_tokens',
    'cache_creation_input_tokens',
  ],
  cacheWrite1h: [
    'prompt_tokens_details.cache_creation.ephemeral_1h_input_tokens',
    'cache_creation.ephemeral_1h_input_tokens',
  ],
  cacheWrite12h: [
    'prompt_tokens_details.cache_write_tokens_details.ttl_12h_tokens',
    'input_tokens_details.cache_write_tokens_details.ttl_12h_tokens',
  ],
  audioInput: [
    'prompt_tokens_details.audio_tokens',
    'input_tokens_details.audio_tokens',
    'input_token_details.audio_tokens',
  ],
  cachedAudio: [
    'prompt_tokens_details.cached_tokens_details.audio_tokens',
    'input_token_details.cached_tokens_details.audio_tokens',
  ],
  imageInput: [
    'prompt_tokens_details.image_tokens',
    'input_tokens_details.image_tokens',
    'input_token_details.image_tokens',
  ],
  reasoning: [
    'completion_tokens_details.reasoning_tokens',
    'output_tokens_details.reasoning_tokens',
    // Perplexity.
    'reasoning_tokens',
  ],
  audioOutput: [
    'completion_tokens_details.audio_tokens',
    'output_tokens_details.audio_tokens',
    'output_token_details.audio_tokens',
  ],
  imageOutput: ['completion_tokens_details.image_tokens', 'output_tokens_details.image_tokens'],
  /** Perplexity: what it read for its answer, charged as input beside the prompt. */
  citation: ['citation_tokens'],
  search: [
    // Perplexity; xAI, which charges by the source; OpenRouter.
    'num_search_queries',
    'num_sources_used',
    'server_tool_use.web_search_requests',
  ],
} as const satisfies Record<string, readonly string[]>;

type CountName = keyof typeof usageFields;

/** The paths, split once. */
const paths = Object.fromEntries(
  Object.entries(usageFields).map(([name, all]) => [name, all.map((path) => path.split('.'))]),
) as unknown as Readonly<Record<CountName, readonly (readonly string[])[]>>;

/** Reads counts out of a report, and notes what it could not believe. */
export interface CountReader {
  /** The count; undefined where there is none that can be believed. */
  count(name: CountName): number | undefined;
  /** The same, for what is a part: 0 where there is none. */
  part(name: CountName): number;
  /** As much of a count as there can be. */
  atMost(name: CountName, count: number, max: number): number;
  readonly flags: readonly string[];
}

export function createCountReader(report: JsonObject): CountReader {
  const flags: string[] = [];

  function count(name: CountName): number | undefined {
    for (const path of paths[name]) {
      const value = valueAt(report, path);
      if (value === undefined || value === null) continue;
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
      flags.push(`left-out:${path.join('.')}`);
    }
    return undefined;
  }

  return {
    count,
    part: (name) => count(name) ?? 0,
    atMost(name, value, max) {
      if (value <= max) return value;
      flags.push(`clamped:${nameIn(report, name)}`);
      return max;
    },
    flags,
  };
}

/** The name by which the report has the count, without its path. */
function nameIn(report: JsonObject, name: CountName): string {
  const path = paths[name].find((each) => typeof valueAt(report, each) === 'number') ?? paths[name][0];
  return path?.at(-1) ?? name;
}

function valueAt(report: JsonObject, path: readonly string[]): unknown {
  let value: unknown = report;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as JsonObject)[name];
  }
  return value;
}
