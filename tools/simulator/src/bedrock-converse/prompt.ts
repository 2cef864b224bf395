import { asObject, type JsonObject } from '#kernel/json.ts';
import { checkAwsShape } from '../aws/check-shape.ts';
import type { AnswerFormat, Prompt, Tool, ToolChoice } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import type { ContentBlock } from './block-shape.ts';
import { checkMessages } from './message-rules.ts';
import { checkModelRules } from './model-rules.ts';
import { type ConverseMessage, type ConverseRequest, converseShape } from './request-shape.ts';
import { checkToolPairs } from './tool-pairs.ts';

/** What the URL of a request says. */
export interface Addressed {
  readonly model: string;
  readonly stream: boolean;
}

/** Reads a request of Converse; throws a RequestProblem for what AWS or the model refuses. */
export function readConversePrompt(body: JsonObject, { model, stream }: Addressed): Prompt {
  const request = checkAwsShape(converseShape, body);
  checkMessages(request);
  checkToolPairs(request.messages);
  const { thinks } = checkModelRules(request, model);
  const tools = toolsOf(request);
  const last = request.messages.at(-1);
  const results = (last?.content ?? []).flatMap(({ toolResult }) => toolResult ?? []);
  return {
    model,
    stream,
    includeUsage: true,
    size: sizeOf(request),
    userText: lastSaid(request.messages),
    turn: results.length > 0 ? 'tool' : last?.role === 'assistant' ? 'assistant' : 'user',
    toolResultText: results.map(textOfResult).join('\n'),
    tools,
    toolChoice: choiceOf(request, tools),
    format: formatOf(request),
    thinks,
    outputTokensMax: request.inferenceConfig?.maxTokens,
    choices: 1,
    topLogprobs: undefined,
    body,
  };
}

function toolsOf({ toolConfig }: ConverseRequest): readonly Tool[] {
  return (toolConfig?.tools ?? []).flatMap(({ toolSpec }): Tool[] =>
    toolSpec === undefined ? [] : [{ name: toolSpec.name, kind: 'function', schema: toolSpec.inputSchema.json }],
  );
}

/** Claude's own choice goes before Amazon's, which has no place for one call at a time. */
function choiceOf({ toolConfig, additionalModelRequestFields }: ConverseRequest, tools: readonly Tool[]): ToolChoice {
  const own = asObject(additionalModelRequestFields?.['tool_choice']);
  if (own?.['type'] === 'tool') return { kind: 'named', name: String(own['name']) };
  const choice = toolConfig?.toolChoice;
  if (choice !== undefined && Object.keys(choice).length !== 1) {
    throw new RequestProblem(400, 'The union at toolConfig.toolChoice must have exactly one member set.', {
      code: 'SerializationException',
    });
  }
  const name = choice?.tool?.name;
  if (name === undefined) return { kind: 'auto' };
  if (!tools.some((tool) => tool.name === name)) {
    throw new RequestProblem(
      400,
      `The toolConfig.toolChoice.tool.name field names the tool ${name}, which toolConfig.tools does not define.`,
    );
  }
  return { kind: 'named', name };
}

function formatOf({ outputConfig }: ConverseRequest): AnswerFormat {
  const schema = outputConfig?.textFormat?.structure.jsonSchema.schema;
  if (schema === undefined) return { kind: 'text' };
  try {
    return { kind: 'schema', schema: JSON.parse(schema) };
  } catch {
    throw new RequestProblem(
      400,
      'The schema at outputConfig.textFormat.structure.jsonSchema.schema is not valid JSON.',
    );
  }
}

function sizeOf({ messages, system = [], toolConfig }: ConverseRequest): Prompt['size'] {
  const blocks = messages.flatMap(({ content }) => content);
  const said = blocks.reduce((sum, block) => sum + charactersOf(block), 0);
  const told = system.reduce((sum, { text = '' }) => sum + text.length, 0);
  const tools = toolConfig === undefined ? 0 : JSON.stringify(toolConfig.tools).length;
  const images = blocks.filter(
    ({ image, toolResult }) => image !== undefined || toolResult?.content.some((each) => each.image !== undefined),
  );
  return { characters: said + told + tools, messages: messages.length, images: images.length };
}

function charactersOf({ text, toolUse, toolResult }: ContentBlock): number {
  if (text !== undefined) return text.length;
  if (toolUse !== undefined) return JSON.stringify(toolUse).length;
  return toolResult === undefined ? 0 : textOfResult(toolResult).length;
}

function textOfResult({ content }: NonNullable<ContentBlock['toolResult']>): string {
  return content.flatMap(({ text, json }) => text ?? (json === undefined ? [] : JSON.stringify(json))).join('\n');
}

/** A message of tool results alone is the user's by role only; what the user said is further up. */
function lastSaid(messages: readonly ConverseMessage[]): string {
  const said = messages.findLast(
    ({ role, content }) => role === 'user' && content.some(({ text }) => text !== undefined),
  );
  return (said?.content ?? []).flatMap(({ text }) => text ?? []).join('\n');
}
