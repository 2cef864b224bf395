import { asObject, type JsonObject } from '#kernel/json.ts';

/** Values whose names are the client's own: they are not the API's fields. */
const ownNames: ReadonlySet<string> = new Set([
  ...['parameters', 'parametersJsonSchema', 'response', 'responseSchema', 'responseJsonSchema', 'args', 'labels'],
]);

/** A body with each field by its camel-case name: protobuf's JSON takes `max_output_tokens` for `maxOutputTokens`. */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  const object = asObject(value);
  if (object === null) return value;
  const named: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(object)) {
    const camel = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    named[camel] = ownNames.has(camel) ? inner : camelCased(inner);
  }
  return named as JsonObject;
}
