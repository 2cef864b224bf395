import { isJsonObject, type JsonObject } from '#kernel/json.ts';

/** A report has some ten fields. More are not kept, since there may be many events. */
const FIELDS_MAX = 64;
/** `cache_creation`, `server_tool_use` and `output_tokens_details` are one level down. */
const DEPTH_MAX = 2;

/**
 * Adds a later report of a stream to what is known. Counts are cumulative, so they are never summed: the last one is true.
 * null says nothing, and no zero and no nonsense undoes a count. `after` that is no object changes nothing.
 */
export function mergeUsage(before: JsonObject | null, after: unknown, depth = 1): JsonObject | null {
  if (!isJsonObject(after)) return before;
  const merged: Record<string, unknown> = { ...before };
  for (const [field, value] of Object.entries(after)) {
    const known = merged[field];
    if (value === null || value === undefined || (typeof known === 'number' && !isCount(value))) continue;
    if (known === undefined && Object.keys(merged).length >= FIELDS_MAX) continue;
    merged[field] = isJsonObject(value) && depth < DEPTH_MAX ? mergedWithin(known, value, depth) : value;
  }
  return merged;
}

function mergedWithin(known: unknown, value: JsonObject, depth: number): JsonObject | null {
  return mergeUsage(isJsonObject(known) ? known : null, value, depth + 1);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
