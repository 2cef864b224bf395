import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { Capability } from '../../asked.ts';

const thinkingModes: ReadonlySet<unknown> = new Set(['enabled', 'adaptive']);
const thinkingBlocks: ReadonlySet<unknown> = new Set(['thinking', 'redacted_thinking']);

/** What a model must be able to do for a request of a checked shape. */
export function ableFor(body: JsonObject): Readonly<Record<Capability, boolean>> {
  const types = asArray(body['tools']).map((tool) => asObject(tool)?.['type']);
  const searches = types.filter((type) => typeof type === 'string' && type.startsWith('web_search_')).length;
  const form = asObject(asObject(body['output_config'])?.['format']) ?? asObject(body['output_format']);
  return {
    tools: types.length > searches,
    structured_output: form?.['type'] === 'json_schema',
    reasoning: asksToThink(body),
    web_search: searches > 0,
  };
}

/** Whether a request has thoughts, or asks for such: their signatures are of whoever wrote them. */
export function carriesSealedThoughts(body: JsonObject): boolean {
  if (asksToThink(body)) return true;
  return asArray(body['messages']).some((value) => {
    const message = asObject(value);
    if (message?.['role'] !== 'assistant') return false;
    return asArray(message['content']).some((block) => thinkingBlocks.has(asObject(block)?.['type']));
  });
}

function asksToThink(body: JsonObject): boolean {
  return thinkingModes.has(asObject(body['thinking'])?.['type']);
}
