import { isJsonObject } from '#kernel/json.ts';

/** The value at a path in a parsed document; undefined where there is none. */
export function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let value = document;
  for (const part of path) {
    if (Array.isArray(value) && typeof part === 'number') value = value[part];
    else if (isJsonObject(value) && typeof part === 'string') value = value[part];
    else return undefined;
  }
  return value;
}
