import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerFormat, Prompt, Tool, ToolChoice } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import { readMessages } from './messages.ts';

/** OpenAI's own bounds. */
const CHOICES_MAX = 128;
const TOP_LOGPROBS_MAX = 20;

/** Reads a chat completion request; unknown parameters are let through, as OpenAI's compatible providers do. */
export function readOpenAiPrompt(body: JsonObject): Prompt {
  const { model, tools } = body;
  if (typeof model !== 'string' || model === '') throw new RequestProblem(400, 'you must provide a model parameter');
  const messages = readMessages(body['messages']);
  const toolCharacters = Array.isArray(tools) ? JSON.stringify(tools).length : 0;
  return {
    model,
    stream: optionalBoolean(body, 'stream') ?? false,
    includeUsage: isJsonObject(body['stream_options']) && body['stream_options']['include_usage'] === true,
    size: { ...messages.size, characters: messages.size.characters + toolCharacters },
    userText: messages.userText,
    turn: messages.turn,
    toolResultText: messages.toolResultText,
    tools: tools === undefined || tools === null ? [] : readTools(tools),
    toolChoice: readToolChoice(body['tool_choice']),
    format: readFormat(body['response_format']),
    outputTokensMax:
      optionalInteger(body, 'max_completion_tokens', 1) ?? optionalInteger(body, 'max_tokens', 1) ?? undefined,
    choices: optionalInteger(body, 'n', 1, CHOICES_MAX) ?? 1,
    topLogprobs:
      optionalBoolean(body, 'logprobs') === true
        ? (optionalInteger(body, 'top_logprobs', 0, TOP_LOGPROBS_MAX) ?? 0)
        : undefined,
  };
}

function readTools(tools: unknown): Tool[] {
  if (!Array.isArray(tools)) throw new RequestProblem(400, "Invalid type for 'tools': expected an array of tools.");
  return tools.flatMap((tool: unknown, index): Tool[] => {
    const definition = isJsonObject(tool) && tool['type'] === 'function' ? tool['function'] : undefined;
    if (isJsonObject(definition) && typeof definition['name'] === 'string') {
      return [{ name: definition['name'], schema: definition['parameters'] }];
    }
    // Tools of other types are lawful, only nothing the simulator would call.
    if (isJsonObject(tool) && typeof tool['type'] === 'string' && tool['type'] !== 'function') return [];
    throw new RequestProblem(400, `Invalid value for 'tools[${index}]': expected a function with a name.`);
  });
}

function readToolChoice(choice: unknown): ToolChoice {
  if (choice === 'none') return { kind: 'none' };
  if (choice === undefined || choice === null || choice === 'auto' || choice === 'required') return { kind: 'auto' };
  const named = isJsonObject(choice) ? choice['function'] : undefined;
  if (isJsonObject(named) && typeof named['name'] === 'string') return { kind: 'named', name: named['name'] };
  if (isJsonObject(choice) && typeof choice['type'] === 'string' && choice['type'] !== 'function') {
    return { kind: 'auto' };
  }
  throw new RequestProblem(400, "Invalid value for 'tool_choice': expected none, auto, required, or a named function.");
}

function readFormat(format: unknown): AnswerFormat {
  if (format === undefined || format === null) return { kind: 'text' };
  const type = isJsonObject(format) ? format['type'] : undefined;
  if (type === 'text') return { kind: 'text' };
  if (type === 'json_object') return { kind: 'json' };
  const definition = type === 'json_schema' && isJsonObject(format) ? format['json_schema'] : undefined;
  if (!isJsonObject(definition) || typeof definition['name'] !== 'string') {
    throw new RequestProblem(
      400,
      "Invalid value for 'response_format': expected text, json_object, or a json_schema with a name.",
    );
  }
  return definition['schema'] === undefined ? { kind: 'json' } : { kind: 'schema', schema: definition['schema'] };
}

function optionalBoolean(body: JsonObject, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw new RequestProblem(400, `Invalid type for '${name}': expected a boolean.`);
  return value;
}

function optionalInteger(
  body: JsonObject,
  name: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new RequestProblem(400, `Invalid value for '${name}': expected a whole number from ${min} to ${max}.`);
  }
  return value;
}
