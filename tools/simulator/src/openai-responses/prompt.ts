import type { JsonObject } from '#kernel/json.ts';
import { checkOpenAiShape } from '../openai/check-shape.ts';
import { checkModelRules, thinksFor } from '../openai/model-rules.ts';
import { checkStrictSchema } from '../openai/strict-schema.ts';
import type { AnswerFormat, Prompt, Tool, ToolChoice } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import { readItems } from './items.ts';
import { compactRequest, countRequest, type ResponsesCore, responsesRequest } from './request-shape.ts';

/** Reads a request for a response; throws a RequestProblem for what OpenAI refuses. */
export function readResponsesPrompt(body: JsonObject): Prompt {
  const request = checkOpenAiShape(responsesRequest, body);
  if (request.background === true) {
    throw new RequestProblem(400, 'The simulator answers in the foreground only.', { param: 'background' });
  }
  if (request.stream_options != null && request.stream !== true) {
    throw new RequestProblem(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", {
      param: 'stream_options',
    });
  }
  return {
    ...readCore(request, body),
    stream: request.stream ?? false,
    outputTokensMax: request.max_output_tokens ?? undefined,
  };
}

/** Reads what a request for a count of tokens says. */
export function readCountPrompt(body: JsonObject): Prompt {
  return readCore(checkOpenAiShape(countRequest, body), body);
}

/** Reads what is to be compacted: no tool is called, and the summary has no form. */
export function readCompactPrompt(body: JsonObject): Prompt {
  const prompt = readCore(checkOpenAiShape(compactRequest, body), body);
  return { ...prompt, toolChoice: { kind: 'none' }, format: { kind: 'text' } };
}

function readCore(request: ResponsesCore, body: JsonObject): Prompt {
  const { model, input, instructions, tools = [] } = request;
  if (input === undefined) {
    throw new RequestProblem(400, "Missing required parameter: 'input'.", {
      param: 'input',
      code: 'missing_required_parameter',
    });
  }
  checkModelRules(model, body);
  if (request.previous_response_id != null) {
    const message = `Previous response with id '${request.previous_response_id}' not found.`;
    throw new RequestProblem(400, message, { param: 'previous_response_id', code: 'previous_response_not_found' });
  }
  const read = readItems(typeof input === 'string' ? [{ role: 'user', content: input }] : input);
  const toolCharacters = tools.length === 0 ? 0 : JSON.stringify(tools).length;
  const characters = read.size.characters + (instructions?.length ?? 0) + toolCharacters;
  return {
    ...read,
    model,
    stream: false,
    includeUsage: true,
    size: { ...read.size, characters },
    tools: readTools(tools),
    toolChoice: readToolChoice(request),
    format: readFormat(request.text?.format),
    thinks: thinksFor(model, request.reasoning?.effort, 'reasoning.effort'),
    outputTokensMax: undefined,
    choices: 1,
    topLogprobs: undefined,
    body,
  };
}

function readTools(tools: NonNullable<ResponsesCore['tools']>): readonly Tool[] {
  return tools.flatMap((tool, index): Tool[] => {
    if (tool.type === 'custom') return [{ name: tool.name, kind: 'custom', schema: undefined }];
    if (tool.type !== 'function') return [];
    // Strict is what a function is unless it says otherwise.
    if (tool.strict === true && tool.parameters != null) {
      checkStrictSchema(tool.parameters, `function '${tool.name}'`, `tools[${index}].parameters`);
    }
    return [{ name: tool.name, kind: 'function', schema: tool.parameters ?? undefined }];
  });
}

function readToolChoice({ tool_choice: choice, tools = [] }: ResponsesCore): ToolChoice {
  if (choice === 'none') return { kind: 'none' };
  if (choice === undefined || choice === 'auto') return { kind: 'auto' };
  if (tools.length === 0) {
    throw new RequestProblem(400, "Tool choice 'required' must be specified with 'tools' parameter.", {
      param: 'tool_choice',
    });
  }
  if (typeof choice === 'object' && 'name' in choice && typeof choice.name === 'string')
    return { kind: 'named', name: choice.name };
  return { kind: 'auto' };
}

function readFormat(format: NonNullable<ResponsesCore['text']>['format']): AnswerFormat {
  if (format === undefined || format.type === 'text') return { kind: 'text' };
  if (format.type === 'json_object') return { kind: 'json' };
  if (format.strict === true)
    checkStrictSchema(format.schema, `response_format '${format.name}'`, 'text.format.schema');
  return { kind: 'schema', schema: format.schema };
}
