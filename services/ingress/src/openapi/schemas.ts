import type { JsonSchema } from '#admin-api/json-schema.ts';

export const text: JsonSchema = { type: 'string' };
export const number: JsonSchema = { type: 'number' };
export const flag: JsonSchema = { type: 'boolean' };
export const whole: JsonSchema = { type: 'integer', minimum: 0 };
export const count: JsonSchema = { type: 'integer', minimum: 1 };
export const openObject: JsonSchema = { type: 'object' };

export function arrayOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

/** An object that may have other fields as well. */
export function object(properties: JsonSchema, required: readonly string[] = []): JsonSchema {
  return { type: 'object', ...(required.length === 0 ? {} : { required }), properties };
}
