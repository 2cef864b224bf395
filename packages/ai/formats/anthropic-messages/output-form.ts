import type { JsonObject } from '#kernel/json.ts';
import type { ChatRequest } from '../../chat/chat-request.ts';
import { NoPlace } from '../../format.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { nameOfTool } from '../tool-names.ts';
import type { ModelTraits } from './model-traits.ts';
import { closedSchema } from './schema.ts';

/** A tool that stands in for a JSON output form: the model has to call it, and its input is the answer. */
export interface JsonTool {
  readonly name: string;
  readonly description: string;
  readonly schema: RawJson | JsonObject;
}

export interface EncodedForm {
  /** `output_config.format`; null: the answer is text, or a tool's input. */
  readonly format: JsonObject | null;
  readonly tool: JsonTool | null;
}

const TOOL_NAME = 'answer_in_json';
const DESCRIPTION = 'Gives the whole answer, as one JSON object, in the form the conversation asks for.';
const text: EncodedForm = { format: null, tool: null };

/**
 * The form of the answer. A strict schema is the model's own matter where it knows `output_config.format`. Else a tool
 * stands in, because every Claude model before 5.5 can be made to call one, and because other schemas may be open.
 */
export function encodeOutputForm(
  request: ChatRequest,
  traits: Pick<ModelTraits, 'takesForcedTools' | 'takesOutputFormat'>,
  unplaced: Unplaced,
): EncodedForm {
  const form = request.settings.outputForm;
  if (form === undefined || form.kind === 'text') return text;
  if (form.kind !== 'schema') {
    if (traits.takesForcedTools) return { format: null, tool: jsonTool(request, { type: 'object' }, undefined) };
    unplaced.leaveOut('outputForm', 'this model writes JSON by a schema only');
    return text;
  }
  const schema = parseObjectKeptDigits(form.schema);
  if (schema === null) throw new NoPlace('outputForm', 'its schema is not a JSON object');
  if (traits.takesOutputFormat && (form.isStrict === true || !traits.takesForcedTools)) {
    return { format: { type: 'json_schema', schema: closedSchema(schema) }, tool: null };
  }
  if (schema['type'] !== 'object') throw new NoPlace('outputForm', 'its schema has to be of type object at its root');
  return { format: null, tool: jsonTool(request, new RawJson(form.schema), form.description) };
}

function jsonTool({ tools }: ChatRequest, schema: JsonTool['schema'], description: string | undefined): JsonTool {
  const names = new Set(tools.map(nameOfTool));
  let name = TOOL_NAME;
  while (names.has(name)) name += '_';
  return { name, description: description === undefined ? DESCRIPTION : `${DESCRIPTION} ${description}`, schema };
}
