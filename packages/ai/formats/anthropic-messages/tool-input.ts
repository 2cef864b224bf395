import { parseObject } from '#kernel/json.ts';
import { NoPlace } from '../../format.ts';
import { type JsonMeasure, measureJson } from '../../json/measure-json.ts';

/**
 * The bounds for the inputs of all tool calls of a request together: as much as for the request itself, whose own bounds do
 * not look into these texts. Without a bound, parsing them would stop the event loop for a second.
 */
const inputBounds: JsonMeasure = {
  depth: 128,
  fields: 65_536,
  topLevelFields: 65_536,
  values: 131_072,
  nameCharacters: 1_024,
};

/** One call's input as the text of a JSON object, with the digits as they stand. Throws `NoPlace` for anything else. */
export type InputReader = (text: string, name: string, at: string) => string;

/** For the tool calls of one request. */
export function createInputReader(): InputReader {
  let left = inputBounds;
  return (given, name, at) => {
    // A model that calls a tool without arguments may write nothing at all.
    const text = given.trim() === '' ? '{}' : given;
    const has = measureJson(text, left);
    const isPast =
      has.depth > left.depth ||
      has.fields > left.fields ||
      has.values > left.values ||
      has.nameCharacters > left.nameCharacters;
    if (isPast)
      throw new NoPlace(at, "the inputs of this request's tool calls are nested too deep or have too much in them");
    left = { ...left, fields: left.fields - has.fields, values: left.values - has.values };
    if (parseObject(text) === null) throw new NoPlace(at, `the input of the call of '${name}' is not a JSON object`);
    return text;
  };
}
