import type { JsonSchema } from '#admin-api/json-schema.ts';

/** An operation of the document, and where it is found. */
export interface Operation {
  readonly verb: string;
  /** With parameters in braces. */
  readonly path: string;
  readonly document: JsonSchema;
}

export const JSON_MEDIA = 'application/json';
export const PROBLEM_MEDIA = 'application/problem+json';

/** A parameter of a path or query. */
export function parameter(
  name: string,
  place: 'path' | 'query' | 'header',
  schema: JsonSchema,
  description?: string,
): JsonSchema {
  return {
    name,
    in: place,
    ...(place === 'path' ? { required: true } : {}),
    ...(description === undefined ? {} : { description }),
    schema,
  };
}

/** An answer with a body of JSON. */
export function jsonAnswer(description: string, schema: JsonSchema): JsonSchema {
  return { description, content: { [JSON_MEDIA]: { schema } } };
}

export function responseRef(name: string): JsonSchema {
  return { $ref: `#/components/responses/${name}` };
}

export function requestBody(schema: JsonSchema, required = true): JsonSchema {
  return { required, content: { [JSON_MEDIA]: { schema } } };
}

/** An answer that is no document. */
export function plainText(description: string, media = 'text/plain'): JsonSchema {
  return { description, content: { [media]: { schema: { type: 'string' } } } };
}
