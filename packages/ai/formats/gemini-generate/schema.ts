import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { fieldOf } from './fields.ts';

/** Deeper than any schema that a person writes. What is deeper is left as it is. */
const DEPTH_MAX = 64;

/** Google's names of bounds that JSON Schema writes the same, as numbers and not as texts. */
const numbers = [
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
  'minimum',
  'maximum',
];

/**
 * Google's `Schema` (OpenAPI 3.0's subset) as JSON Schema: types in small letters, `nullable` as a second type, counts as numbers.
 * https://ai.google.dev/api/caching#Schema
 */
export function jsonSchemaOf(schema: JsonObject, depth = 1): JsonObject {
  const { type, nullable, properties, items, enum: values, format } = schema;
  const written: Record<string, unknown> = {};
  const plainType = typeof type === 'string' && type !== 'TYPE_UNSPECIFIED' ? type.toLowerCase() : undefined;
  if (plainType !== undefined) written['type'] = nullable === true ? [plainType, 'null'] : plainType;
  for (const name of ['title', 'description', 'pattern', 'default', 'example'] as const) {
    if (schema[name] !== undefined) written[name] = schema[name];
  }
  for (const name of numbers) {
    const value = fieldOf(schema, name);
    if (value !== undefined) written[name] = typeof value === 'string' ? Number(value) : value;
  }
  if (typeof format === 'string' && format !== 'enum') written['format'] = format;
  if (Array.isArray(values)) written['enum'] = nullable === true ? [...values, null] : values;
  if (Array.isArray(schema['required'])) written['required'] = schema['required'];
  if (depth > DEPTH_MAX) return written;
  const inner = (value: unknown): unknown => {
    const object = asObject(value);
    return object === null ? value : jsonSchemaOf(object, depth + 1);
  };
  const named = asObject(properties);
  if (named !== null) {
    written['properties'] = Object.fromEntries(Object.entries(named).map(([name, value]) => [name, inner(value)]));
  }
  if (asObject(items) !== null) written['items'] = inner(items);
  const anyOf = asArray(fieldOf(schema, 'anyOf'));
  if (anyOf.length > 0) written['anyOf'] = anyOf.map(inner);
  return written;
}
