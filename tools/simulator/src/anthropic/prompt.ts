import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerFormat, Prompt, Tool, ToolChoice } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import { readMessages, textOf } from './messages.ts';

/** Reads a Messages request; unknown parameters are let through. */
export function readAnthropicPrompt(body: JsonObject): Prompt {
  const { model, tools } = body;
  if (typeof model !== 'string' || model === '') throw new RequestProblem(400, 'model: Field required');
  const outputTokensMax = readMaxTokens(body['max_tokens']);
  checkTemperature(body['temperature']);
  const messages = readMessages(body['messages']);
  const toolCharacters = Array.isArray(tools) ? JSON.stringify(tools).length : 0;
  const characters = messages.size.characters + readSystem(body['system']).length + toolCharacters;
  return {
    model,
    stream: readStream(body['stream']),
    includeUsage: true,
    size: { ...messages.size, characters },
    userText: messages.userText,
    turn: messages.turn,
    toolResultText: messages.toolResultText,
    tools: tools === undefined ? [] : readTools(tools),
    toolChoice: readToolChoice(body['tool_choice']),
    format: readFormat(body['output_config']),
    outputTokensMax,
    choices: 1,
    topLogprobs: undefined,
  };
}

function readMaxTokens(value: unknown): number {
  if (value === undefined) throw new RequestProblem(400, 'max_tokens: Field required');
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new RequestProblem(400, 'max_tokens: Input should be greater than or equal to 1');
  }
  return value;
}

function checkTemperature(value: unknown): void {
  if (value !== undefined && (typeof value !== 'number' || value < 0 || value > 1)) {
    throw new RequestProblem(400, 'temperature: range: 0..1');
  }
}

function readSystem(value: unknown): string {
  if (value !== undefined && typeof value !== 'string' && !Array.isArray(value)) {
    throw new RequestProblem(400, 'system: Input should be a string or an array of text blocks');
  }
  return textOf(value);
}

function readStream(value: unknown): boolean {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new RequestProblem(400, 'stream: Input should be a valid boolean');
  }
  return value ?? false;
}

function readTools(tools: unknown): Tool[] {
  if (!Array.isArray(tools)) throw new RequestProblem(400, 'tools: Input should be a valid list');
  return tools.flatMap((tool: unknown, index): Tool[] => {
    if (!isJsonObject(tool) || typeof tool['name'] !== 'string') {
      throw new RequestProblem(400, `tools.${index}.name: Field required`);
    }
    // Tools that Anthropic runs itself carry a type of their own and no schema; they are never called here.
    if (tool['type'] !== undefined && tool['type'] !== 'custom') return [];
    if (!isJsonObject(tool['input_schema'])) {
      throw new RequestProblem(400, `tools.${index}.input_schema: Field required`);
    }
    return [{ name: tool['name'], schema: tool['input_schema'] }];
  });
}

function readToolChoice(choice: unknown): ToolChoice {
  if (choice === undefined) return { kind: 'auto' };
  const type = isJsonObject(choice) ? choice['type'] : undefined;
  if (type === 'none') return { kind: 'none' };
  if (type === 'auto' || type === 'any') return { kind: 'auto' };
  if (type === 'tool' && isJsonObject(choice) && typeof choice['name'] === 'string') {
    return { kind: 'named', name: choice['name'] };
  }
  throw new RequestProblem(400, "tool_choice: Input should be of type 'auto', 'any', 'none', or 'tool' with a name");
}

function readFormat(config: unknown): AnswerFormat {
  const format = isJsonObject(config) ? config['format'] : undefined;
  return isJsonObject(format) && format['type'] === 'json_schema'
    ? { kind: 'schema', schema: format['schema'] }
    : { kind: 'text' };
}
