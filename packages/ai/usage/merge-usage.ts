import { asObject, isJsonObject, type JsonObject } from '#kernel/json.ts';

/** How deep the details of a report go. What is deeper is taken as it comes. */
const DEPTH_MAX = 4;

/**
 * What a stream has reported so far, with its next report. Reports are cumulative: the last that says anything of a count
 * has it, and a later zero does not undo an earlier count.
 */
export function mergeUsage(before: JsonObject | null, next: unknown, depth = 1): JsonObject | null {
  const report = asObject(next);
  if (report === null || before === null) return report ?? before;
  const merged: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(report)) {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    if (value === null || value === undefined || (value === 0 && typeof old === 'number')) continue;
    merged[name] =
      isJsonObject(value) && isJsonObject(old) && depth < DEPTH_MAX ? mergeUsage(old, value, depth + 1) : value;
  }
  return merged;
}
