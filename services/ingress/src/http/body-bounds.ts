import type { JsonMeasure } from '#ai/json/measure-json.ts';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';

/**
 * What a body may hold, whatever its bytes: parsing costs by the field and by the item, in one turn of the event loop. At
 * these bounds it takes up to 60 ms on two cores; a body of 10 MiB without them took more than a second.
 */
export const bodyBounds: JsonMeasure = {
  // More than any tool's schema needs. What handles a body recurses once a level, and the stack must outlast it.
  depth: 128,
  // 3,000 messages of an agent with a tool call each are 24,000 fields, and 128 tools with 200 fields of schema each
  // 26,000. A field whose name no other object has costs almost a microsecond: V8 makes a shape for it.
  fields: 65_536,
  // OpenAI knows some 40 and other providers some 40 more. An object of many names is copied slowly, and the outermost
  // one is copied where the gateway writes a field in.
  topLevelFields: 256,
  // Twice the fields: beside objects there are lists of numbers or words, such as the choices of a schema.
  values: 131_072,
  // OpenAI takes 64 for what a client names. Names are folded, compared and told back where they are wrong.
  nameCharacters: 1_024,
};

/** Which bound a body is past; undefined: none. */
export function boundProblem(body: JsonMeasure, bounds: JsonMeasure): Refusal | undefined {
  const { depth, fields, topLevelFields, values, nameCharacters } = bounds;
  if (body.depth > depth) return invalid(`The request body nests deeper than ${depth} levels.`);
  if (body.topLevelFields > topLevelFields) return tooMany(topLevelFields, 'fields at its top level');
  if (body.fields > fields) return tooMany(fields, 'fields');
  if (body.values > values) return tooMany(values, 'fields and items of arrays');
  if (body.nameCharacters <= nameCharacters) return undefined;
  return invalid(`The request body has a field whose name is longer than ${nameCharacters} characters.`);
}

function tooMany(max: number, what: string): Refusal {
  return invalid(`The request body has more than ${max} ${what}.`);
}
