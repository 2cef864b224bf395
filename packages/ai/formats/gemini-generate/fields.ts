import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';

/** The name of a field of protobuf's as it stands in a .proto: `max_output_tokens` for `maxOutputTokens`. */
export function protoName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A field by either of the names that protobuf's JSON takes: `maxOutputTokens`, `max_output_tokens`. */
export function fieldOf(object: JsonObject | null | undefined, name: string): unknown {
  return object?.[name] ?? object?.[protoName(name)];
}

/** The name by which an object has a field; undefined: it has none. */
export function nameIn(object: JsonObject, name: string): string | undefined {
  if (object[name] !== undefined) return name;
  const other = protoName(name);
  return other !== name && object[other] !== undefined ? other : undefined;
}

/** A field that stands in an object by both of its names: which of them counts is a parser's choice. */
export function doubledProblem(object: JsonObject, names: readonly string[], at = ''): Refusal | undefined {
  for (const name of names) {
    const other = protoName(name);
    if (other === name || object[name] === undefined || object[other] === undefined) continue;
    const param = `${at}${other}`;
    return invalid(`'${param}' and '${at}${name}' are the same field: send one of them.`, param);
  }
  return undefined;
}
