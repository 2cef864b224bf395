export type JsonObject = { readonly [key: string]: unknown };

/** Whether a parsed JSON value is an object: neither null, nor an array, nor a scalar. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
