import { isUtf8 } from 'node:buffer';
import { Fault } from '#errors/fault.ts';
import { invalid } from './answer.ts';
import { measureJson } from './measure-json.ts';

/** More than any tool's schema needs. What handles a body recurses once a level, and the stack must outlast it. */
const DEPTH_MAX = 128;

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A request body as an object. Throws a `Fault`: `invalid_json` for what is not UTF-8, not JSON (the message says
 * where) or not an object; `invalid_request` for nesting beyond 128 levels or a field given twice.
 *
 * A field given twice is refused because parsers disagree on which one counts: the gateway would admit and price the
 * last `model`, and a provider might serve the first.
 */
export function parseJsonObject(bytes: Buffer): JsonObject {
  if (bytes.length === 0) throw invalidJson('The request body is empty: send a JSON object.');
  if (!isUtf8(bytes)) throw invalidJson('The request body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  // Measured before it is parsed: ten million open brackets cost the parser half a gigabyte.
  const { depth, topLevelFields } = measureJson(text, DEPTH_MAX);
  if (depth > DEPTH_MAX) throw new Fault(invalid(`The request body nests deeper than ${DEPTH_MAX} levels.`));
  const parsed = parse(text);
  if (!isJsonObject(parsed)) throw invalidJson('The request body must be a JSON object.');
  if (topLevelFields !== Object.keys(parsed).length) {
    throw new Fault(invalid('The request body gives one of its fields twice: give each once.'));
  }
  return parsed;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
