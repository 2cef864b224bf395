import { type JsonMeasure, measureJson } from '#ai/json/measure-json.ts';
import { type JsonObject, parseObject } from '#kernel/json.ts';
import { refuse } from './refuse.ts';

/**
 * The bounds for the arguments of all tool calls of a request together: as much as for the request itself, whose own
 * bounds do not look into these texts. Without a bound, parsing them would stop the event loop for a second.
 */
const argumentBounds: JsonMeasure = {
  depth: 128,
  fields: 65_536,
  topLevelFields: 65_536,
  values: 131_072,
  nameCharacters: 1_024,
};

/**
 * Reads one call's arguments; null if they are no JSON object. Throws a `Fault` if the calls together have too much.
 */
export type ReadArguments = (text: unknown, param: string) => JsonObject | null;

/** For the tool calls of one request. */
export function createArgumentsReader(): ReadArguments {
  let left = argumentBounds;
  return (given, param) => {
    // A model that calls a tool without arguments may write nothing at all.
    const text = given === '' || given === undefined ? '{}' : String(given);
    const has = measureJson(text, left);
    const isPast =
      has.depth > left.depth ||
      has.fields > left.fields ||
      has.values > left.values ||
      has.nameCharacters > left.nameCharacters;
    if (isPast)
      throw refuse(param, "The arguments of this request's tool calls are nested too deep or have too much in them.");
    left = { ...left, fields: left.fields - has.fields, values: left.values - has.values };
    return parseObject(text);
  };
}
