import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';

/** A tool that takes nothing. */
export const emptySchema: JsonObject = { type: 'object', properties: {} };

/** Keywords that Anthropic does not take at the root of a tool's schema. */
const refusedAtRoot = ['$schema', 'oneOf', 'anyOf', 'allOf'] as const;

/** A schema of a canonical request is JSON. One that begins so, and has none of those keywords anywhere, is not parsed. */
const isUsual = /^\{"type": ?"object"/;
const mayBeOdd = /"(?:\$schema|oneOf|anyOf|allOf)"/;

/**
 * A tool's schema as Anthropic takes it: an object at its root. A schema that is one already stays as it was written. A
 * choice of forms at the root is told in the description, because the API refuses it there. null: it is no JSON object.
 */
export function toolSchema(text: string): RawJson | JsonObject | null {
  if (isUsual.test(text) && !mayBeOdd.test(text)) return new RawJson(text);
  const schema = parseObjectKeptDigits(text);
  if (schema === null) return null;
  const odd = refusedAtRoot.filter((keyword) => schema[keyword] !== undefined);
  if (schema['type'] === 'object' && odd.length === 0) return new RawJson(text);
  const { $schema: _dialect, oneOf, anyOf, allOf, ...rest } = schema;
  const merged = mergedProperties(rest, [...asArray(oneOf), ...asArray(anyOf), ...asArray(allOf)]);
  const choices = { oneOf, anyOf, allOf };
  const isChoice = Object.values(choices).some((forms) => forms !== undefined);
  return {
    ...rest,
    type: 'object',
    ...(merged && { properties: merged }),
    ...(isChoice && { description: described(rest['description'], choices) }),
  };
}

/** The properties of all forms together, so that the model can fill each of them. */
function mergedProperties(root: JsonObject, forms: readonly unknown[]): JsonObject | null {
  const all: Record<string, unknown> = {};
  for (const form of forms) Object.assign(all, asObject(asObject(form)?.['properties']));
  Object.assign(all, asObject(root['properties']));
  return Object.keys(all).length > 0 ? all : null;
}

function described(description: unknown, constraints: JsonObject): string {
  const said = typeof description === 'string' && description !== '' ? `${description}\n\n` : '';
  return `${said}Also: ${writeJson(constraints)}`;
}

/** Keywords that a schema of `output_config.format` or of a strict tool may have, beside those with schemas in them. */
const kept: ReadonlySet<string> = new Set([
  '$ref',
  'type',
  'enum',
  'const',
  'title',
  'description',
  'required',
  'default',
]);
const formats: ReadonlySet<unknown> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
]);

/**
 * A schema in the subset that constrains an answer: every object is closed, and what the subset lacks (lengths, patterns,
 * ranges) is told in the description instead.
 */
export function closedSchema(schema: JsonObject): JsonObject {
  const closed: Record<string, unknown> = {};
  const told: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === '$schema' || keyword === 'additionalProperties') continue;
    if (kept.has(keyword)) closed[keyword] = value;
    else if (keyword === 'properties' || keyword === '$defs' || keyword === 'definitions') {
      closed[keyword] = closedEach(asObject(value) ?? {});
    } else if (keyword === 'items') closed[keyword] = closedValue(value);
    else if (keyword === 'anyOf' || keyword === 'allOf') closed[keyword] = asArray(value).map(closedValue);
    else if (keyword === 'oneOf') closed['anyOf'] = asArray(value).map(closedValue);
    else if (keyword === 'format' && formats.has(value)) closed[keyword] = value;
    else if (keyword === 'minItems' && (value === 0 || value === 1)) closed[keyword] = value;
    else told[keyword] = value;
  }
  const isObject = schema['type'] === 'object' || schema['properties'] !== undefined;
  return {
    ...closed,
    ...(isObject && { additionalProperties: false }),
    ...(Object.keys(told).length > 0 && { description: described(schema['description'], told) }),
  };
}

/** Whether a strict tool may have the schema as it is. */
export function isClosedSchema(schema: JsonObject): boolean {
  return writeJson(sorted(closedSchema(schema))) === writeJson(sorted(schema));
}

function closedEach(schemas: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, closedValue(schema)]));
}

function closedValue(value: unknown): unknown {
  const schema = asObject(value);
  return schema ? closedSchema(schema) : value;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  const object = asObject(value);
  if (!object || Object.getPrototypeOf(object) === null) return value;
  return Object.fromEntries(
    Object.entries(object)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
