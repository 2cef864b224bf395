import { asArray, isJsonObject, type JsonObject } from '#kernel/json.ts';
import { RequestProblem } from '../request-problem.ts';

/**
 * What `strict` asks of a schema: every object names all its properties as required and takes no others. Throws a
 * RequestProblem (400) that names the place.
 */
export function checkStrictSchema(schema: unknown, what: string, param: string): void {
  visit(schema, [], (object, context) => {
    const place = `In context=(${context.map((part) => `'${part}'`).join(', ')})`;
    const fail = (words: string): never => {
      throw new RequestProblem(400, `Invalid schema for ${what}: ${place}, ${words}`, {
        param,
        code: 'invalid_json_schema',
      });
    };
    if (object['additionalProperties'] !== false)
      fail("'additionalProperties' is required to be supplied and to be false.");
    const properties = isJsonObject(object['properties']) ? Object.keys(object['properties']) : [];
    const required = asArray(object['required']);
    const missing = properties.find((name) => !required.includes(name));
    if (missing !== undefined) {
      fail(
        `'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`,
      );
    }
  });
}

/** Visits every schema of an object within a schema. */
function visit(
  schema: unknown,
  context: readonly string[],
  visitor: (object: JsonObject, context: readonly string[]) => void,
): void {
  if (!isJsonObject(schema)) return;
  if (schema['type'] === 'object' || schema['properties'] !== undefined) visitor(schema, context);
  for (const group of ['properties', '$defs', 'definitions']) {
    const named = schema[group];
    if (!isJsonObject(named)) continue;
    for (const [name, inner] of Object.entries(named)) visit(inner, [...context, group, name], visitor);
  }
  visit(schema['items'], [...context, 'items'], visitor);
  for (const group of ['anyOf', 'oneOf', 'allOf']) {
    for (const [index, inner] of asArray(schema[group]).entries()) {
      visit(inner, [...context, group, String(index)], visitor);
    }
  }
}
