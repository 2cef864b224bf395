import { isUtf8 } from 'node:buffer';
import { type JsonMeasure, measureJson } from '#ai/json/measure-json.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { bodyBounds, boundProblem } from './body-bounds.ts';
import { countFields, duplicateField } from './duplicate-field.ts';

/**
 * A request body as an object. Throws a `Fault`: `invalid_json` for what is not UTF-8, not JSON (the message says
 * where) or not an object; `invalid_request` for a body past a bound or with a field given twice, at any level.
 *
 * A field given twice is refused because parsers disagree on which one counts: the gateway would admit and price the
 * last `model`, and a provider might serve the first.
 */
export function parseJsonObject(bytes: Buffer, bounds: JsonMeasure = bodyBounds): JsonObject {
  if (bytes.length === 0) throw invalidJson('The request body is empty: send a JSON object.');
  if (!isUtf8(bytes)) throw invalidJson('The request body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  // Measured before it is parsed: ten million open brackets cost the parser half a gigabyte.
  const measure = measureJson(text, bounds);
  const problem = boundProblem(measure, bounds);
  if (problem !== undefined) throw new Fault(problem);
  const parsed = parse(text);
  if (!isJsonObject(parsed)) throw invalidJson('The request body must be a JSON object.');
  // Of a field given twice the parsed object has one.
  if (measure.fields !== countFields(parsed)) throw givenTwice(text);
  return parsed;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw invalidJson(`The request body is not valid JSON: ${thrown instanceof Error ? thrown.message : 'unreadable'}`);
  }
}

function invalidJson(message: string): Fault {
  return new Fault({ code: 'invalid_json', message });
}

function givenTwice(text: string): Fault {
  const param = duplicateField(text);
  return new Fault(invalid(`The request body gives '${param}' twice: give each field once.`, param));
}
