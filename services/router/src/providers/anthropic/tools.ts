import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { refuse } from './refuse.ts';
import type { JsonFormat } from './response-format.ts';

const JSON_TOOL = 'answer_in_json';

export interface ConvertedTools {
  /** `tools` and `tool_choice`, or neither. */
  readonly fields: JsonObject;
  /** The tool that replaces `response_format`; null if there is none. */
  readonly jsonToolName: string | null;
  /** The model has to call a tool. */
  readonly isForced: boolean;
}

/**
 * Tools and the choice among them. A JSON format becomes a tool as well, and the model has to call it (or one of the
 * client's tools): every Claude model has tools, while only the newer ones have `output_config`.
 */
export function convertTools(body: JsonObject, jsonFormat: JsonFormat | null): ConvertedTools {
  const tools = asArray(body['tools']).map(convertTool);
  const names = new Set(tools.map((tool) => tool['name']));
  if (!jsonFormat) {
    if (tools.length === 0) return { fields: {}, jsonToolName: null, isForced: false };
    const choice = convertChoice(body);
    const isForced = choice['type'] === 'any' || choice['type'] === 'tool';
    return { fields: { tools, tool_choice: choice }, jsonToolName: null, isForced };
  }
  let name = JSON_TOOL;
  while (names.has(name)) name += '_';
  const jsonTool: JsonObject = { name, description: jsonFormat.description, input_schema: jsonFormat.schema };
  const clientChoice = tools.length === 0 ? { type: 'none' } : convertChoice(body);
  return {
    fields: { tools: [...tools, jsonTool], tool_choice: choiceWithJson(clientChoice, name) },
    jsonToolName: name,
    isForced: true,
  };
}

function convertTool(value: unknown): JsonObject {
  const tool = asObject(value);
  const called = asObject(tool?.['function']);
  if (tool?.['type'] !== 'function' || typeof called?.['name'] !== 'string') {
    throw refuse('tools', "Only tools of type 'function' are supported by this model, each with a name.");
  }
  return {
    name: called['name'],
    ...(typeof called['description'] === 'string' && { description: called['description'] }),
    input_schema: asObject(called['parameters']) ?? { type: 'object', properties: {} },
    ...(asObject(tool['cache_control']) && { cache_control: tool['cache_control'] }),
  };
}

function convertChoice(body: JsonObject): JsonObject {
  const parallel = body['parallel_tool_calls'] === false ? { disable_parallel_tool_use: true } : {};
  const choice = body['tool_choice'] ?? 'auto';
  if (choice === 'none') return { type: 'none' };
  if (choice === 'auto') return { type: 'auto', ...parallel };
  if (choice === 'required') return { type: 'any', ...parallel };
  const name = asObject(asObject(choice)?.['function'])?.['name'];
  if (typeof name === 'string') return { type: 'tool', name, ...parallel };
  throw refuse('tool_choice', "'tool_choice' has to be none, auto, required, or one function by its name.");
}

/**
 * If the client has no tool to choose, the choice names the JSON tool. Otherwise the JSON tool is one of those that may
 * be called.
 */
function choiceWithJson(clientChoice: JsonObject, jsonToolName: string): JsonObject {
  if (clientChoice['type'] === 'none') return { type: 'tool', name: jsonToolName, disable_parallel_tool_use: true };
  if (clientChoice['type'] === 'tool') return clientChoice;
  return { ...clientChoice, type: 'any' };
}
