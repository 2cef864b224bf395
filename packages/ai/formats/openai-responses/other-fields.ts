import type { JsonObject } from '#kernel/json.ts';

/** Fields with a place in the canonical form. */
const read: readonly string[] = [
  ...['model', 'input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls', 'max_output_tokens', 'stream'],
  ...['temperature', 'top_p', 'reasoning', 'text', 'top_logprobs', 'include', 'metadata', 'service_tier'],
  ...['safety_identifier', 'user', 'prompt_cache_key'],
];

/**
 * Fields that another format may go without: what they ask for is done by the gateway itself, was refused before where it
 * cannot be done, or only helps the provider (see README.md).
 */
const passedOver: readonly string[] = [
  ...['store', 'previous_response_id', 'stream_options', 'background', 'background_options', 'conversation', 'prompt'],
  ...['truncation', 'max_tool_calls', 'prompt_cache_retention', 'prompt_cache_options', 'client_metadata', 'usage'],
];

const known: ReadonlySet<string> = new Set([...read, ...passedOver]);

/** Everything else that a client sends, by its name. */
export function* otherFields(body: JsonObject): Iterable<[string, string]> {
  for (const name in body) {
    const value = body[name];
    if (!known.has(name) && value !== null && value !== undefined) yield [name, JSON.stringify(value)];
  }
}
