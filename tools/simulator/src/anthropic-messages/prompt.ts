import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { JsonObject } from '#kernel/json.ts';
import type { Prompt, Tool, ToolChoice } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import { checkAnthropicShape } from './check-shape.ts';
import { checkText, measure, readMessages, textOf } from './messages.ts';
import { checkModelRules } from './model-rules.ts';
import { betaFields, countShape, type MessagesCore, messagesShape } from './request-shape.ts';
import { checkCore, checkSettings } from './settings-rules.ts';
import { checkThinkingBlocks, checkThinkingSettings, isThinking } from './thinking-rules.ts';
import type { Message } from './tool-pairs.ts';

const betaShape = z.strictObject({ ...messagesShape.shape, ...betaFields });

/** Reads a Messages request; throws a RequestProblem for what Anthropic refuses. */
export function readMessagesPrompt(body: JsonObject, headers: IncomingHttpHeaders): Prompt {
  const isBeta = headers['anthropic-beta'] !== undefined;
  const request = checkAnthropicShape(isBeta ? betaShape : messagesShape, body);
  const messages = readMessages(request.messages);
  checkSettings(request);
  checkModelRules(request, messages, String(headers['anthropic-version']));
  checkThinkingSettings(request);
  checkThinkingBlocks(messages, request.thinking);
  return { ...readCore(request, messages, body), stream: request.stream ?? false, outputTokensMax: request.max_tokens };
}

/** Reads what a request for a count of tokens says. */
export function readCountPrompt(body: JsonObject): Prompt {
  const request = checkAnthropicShape(countShape, body);
  return readCore(request, readMessages(request.messages), body);
}

function readCore(request: MessagesCore, messages: readonly Message[], body: JsonObject): Prompt {
  checkCore(request, messages);
  const { system = '', tools = [] } = request;
  if (typeof system !== 'string') system.forEach(checkText);
  const read = measure(messages);
  const toolCharacters = tools.length === 0 ? 0 : JSON.stringify(tools).length;
  const format = request.output_config?.format;
  return {
    ...read,
    model: request.model,
    stream: false,
    includeUsage: true,
    size: { ...read.size, characters: read.size.characters + textOf(system).length + toolCharacters },
    tools: tools.flatMap((tool): Tool[] =>
      'input_schema' in tool ? [{ name: tool.name, kind: 'function', schema: tool.input_schema }] : [],
    ),
    toolChoice: readToolChoice(request.tool_choice, tools),
    format: format == null ? { kind: 'text' } : { kind: 'schema', schema: format.schema },
    thinks: isThinking(request.thinking),
    outputTokensMax: undefined,
    choices: 1,
    topLogprobs: undefined,
    body,
  };
}

function readToolChoice(choice: MessagesCore['tool_choice'], tools: readonly { readonly name: string }[]): ToolChoice {
  if (choice?.type === 'none') return { kind: 'none' };
  if (choice?.type !== 'tool') return { kind: 'auto' };
  const { name } = choice;
  if (!tools.some((tool) => tool.name === name)) {
    throw new RequestProblem(400, `tool_choice.name: Tool '${name}' not found in provided tools`);
  }
  return { kind: 'named', name };
}
