import type { JsonObject } from '#kernel/json.ts';
import { checkOpenAiShape } from '../openai/check-shape.ts';
import { checkModelRules, thinksFor } from '../openai/model-rules.ts';
import { checkStrictSchema } from '../openai/strict-schema.ts';
import type { AnswerFormat, Prompt, Tool, ToolChoice } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import { readMessages } from './messages.ts';
import { type ChatRequest, chatRequest } from './request-shape.ts';

/** Reads a chat completion request; throws a RequestProblem for what OpenAI refuses. */
export function readChatPrompt(body: JsonObject): Prompt {
  const request = checkOpenAiShape(chatRequest, body);
  const { model, tools } = request;
  checkModelRules(model, body);
  checkCombinations(request);
  const messages = readMessages(request.messages);
  const toolCharacters = tools === undefined || tools === null ? 0 : JSON.stringify(tools).length;
  return {
    model,
    stream: request.stream ?? false,
    includeUsage: request.stream_options?.include_usage === true,
    size: { ...messages.size, characters: messages.size.characters + toolCharacters },
    userText: messages.userText,
    turn: messages.turn,
    toolResultText: messages.toolResultText,
    tools: readTools(request),
    toolChoice: readToolChoice(request.tool_choice),
    format: readFormat(request.response_format),
    thinks: thinksFor(model, request.reasoning_effort, 'reasoning_effort'),
    outputTokensMax: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    choices: request.n ?? 1,
    topLogprobs: request.logprobs === true ? (request.top_logprobs ?? 0) : undefined,
    body,
  };
}

function checkCombinations(request: ChatRequest): void {
  if (request.stream_options != null && request.stream !== true) {
    throw invalid('stream_options', "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  }
  if (request.tool_choice != null && request.tool_choice !== 'none' && (request.tools ?? []).length === 0) {
    throw invalid('tool_choice', "'tool_choice' is only allowed when 'tools' are specified.");
  }
  if (request.parallel_tool_calls !== undefined && (request.tools ?? []).length === 0) {
    throw invalid('parallel_tool_calls', "'parallel_tool_calls' is only allowed when 'tools' are specified.");
  }
  if (request.top_logprobs != null && request.logprobs !== true) {
    throw invalid('top_logprobs', "The 'logprobs' parameter must be true when 'top_logprobs' is set.");
  }
}

function readTools(request: ChatRequest): readonly Tool[] {
  return (request.tools ?? []).map((tool, index) => {
    if (tool.type === 'custom') return { name: tool.custom.name, kind: 'custom', schema: undefined };
    const { name, parameters, strict } = tool.function;
    if (parameters !== undefined && strict === true) {
      checkStrictSchema(parameters, `function '${name}'`, `tools[${index}].function.parameters`);
    }
    return { name, kind: 'function', schema: parameters };
  });
}

function readToolChoice(choice: ChatRequest['tool_choice']): ToolChoice {
  if (choice === 'none') return { kind: 'none' };
  if (choice == null || typeof choice === 'string' || choice.type === 'allowed_tools') return { kind: 'auto' };
  return { kind: 'named', name: choice.type === 'function' ? choice.function.name : choice.custom.name };
}

function readFormat(format: ChatRequest['response_format']): AnswerFormat {
  if (format == null || format.type === 'text') return { kind: 'text' };
  if (format.type === 'json_object' || format.json_schema.schema === undefined) return { kind: 'json' };
  const { name, schema, strict } = format.json_schema;
  if (strict === true) checkStrictSchema(schema, `response_format '${name}'`, 'response_format');
  return { kind: 'schema', schema };
}

function invalid(param: string, message: string): RequestProblem {
  return new RequestProblem(400, message, { param });
}
