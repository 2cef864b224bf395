import type { ChatRequest, ChatTool } from '../../chat/chat-request.ts';
import { NoPlace } from '../../format.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { RawJson } from '../../json/write-json.ts';
import { WRAPPED_FIELD } from '../../translate/unwrap-tool-input.ts';
import { emptySchema, isClosedSchema, toolSchema } from '../anthropic-messages/schema.ts';
import { wrappedSchema } from '../anthropic-messages/wrapped-tool.ts';
import { nameOfTool } from '../tool-names.ts';
import { cachePoint } from './cache-points.ts';
import type { Block } from './encode-media.ts';
import { type EncodedChoice, encodeToolChoice } from './encode-tool-choice.ts';
import type { ModelTraits } from './model-traits.ts';
import type { ToolContext } from './tool-context.ts';

export interface EncodedTools {
  /** `toolConfig.tools`, cache points among them; empty: there is no `toolConfig`, and none may be called. */
  readonly tools: readonly Block[];
  readonly choice: EncodedChoice;
  /** By the client's names. */
  readonly wrapped: ReadonlySet<string> | undefined;
}

/** Tools and the choice among them, with the one that stands in for a JSON output form. */
export function encodeTools(request: ChatRequest, context: ToolContext): EncodedTools {
  const { jsonTool } = context;
  const offered = allowedTools(request);
  const tools = offered.flatMap((tool) => encodeTool(tool, context));
  if (jsonTool !== null) tools.push(spec(jsonTool.name, jsonTool.description, jsonTool.schema));
  const choice = encodeToolChoice(request, tools.length, context);
  if (tools.length > 0 && choice.kind !== 'none') {
    const wrapped = new Set(offered.filter(({ kind }) => kind === 'custom').map(nameOfTool));
    return { tools, choice, wrapped: wrapped.size > 0 ? wrapped : undefined };
  }
  return { tools: [], choice, wrapped: undefined };
}

/** A choice among some tools is those tools only: Amazon has no such choice. */
function allowedTools({ tools, settings }: ChatRequest): readonly ChatTool[] {
  const choice = settings.toolChoice;
  if (choice?.kind !== 'allowed') return tools;
  return tools.filter((tool) => tool.kind === 'hosted' || choice.names.includes(tool.name));
}

function encodeTool(tool: ChatTool, context: ToolContext): readonly Block[] {
  const { names, traits, unplaced } = context;
  switch (tool.kind) {
    case 'function': {
      const schema = tool.schema === undefined ? emptySchema : toolSchema(tool.schema);
      if (schema === null) throw new NoPlace('tools', `the schema of '${tool.name}' is not a JSON object`);
      const isStrict = isStrictTaken(tool.isStrict, schema, traits);
      const points = traits.cachePoints === 'all' ? cachePoint(tool.cacheMark, traits) : [];
      return [spec(names.sent(tool.name), tool.description, schema, isStrict), ...points];
    }
    case 'custom':
      return [spec(names.sent(tool.name), customDescription(tool), wrappedSchema(tool.grammar))];
    case 'hosted':
      // A search of another format has no bound here that was admitted with the request.
      unplaced.leaveOut('tools', `Converse has no tool '${tool.what}'`);
      return [];
  }
}

/** An empty description is refused. */
function spec(name: string, description: string | undefined, schema: unknown, isStrict = false): Block {
  const said = description === undefined || description.trim() === '' ? undefined : description;
  return { toolSpec: { name, description: said, inputSchema: { json: schema }, strict: isStrict || undefined } };
}

function isStrictTaken(isStrict: boolean | undefined, schema: unknown, { takesOutputFormat }: ModelTraits): boolean {
  if (isStrict !== true || !takesOutputFormat || !(schema instanceof RawJson)) return false;
  const parsed = parseObjectKeptDigits(schema.text);
  return parsed !== null && isClosedSchema(parsed);
}

function customDescription({ description, grammar }: Extract<ChatTool, { kind: 'custom' }>): string | undefined {
  if (grammar === undefined) return description;
  const said = description === undefined ? '' : `${description}\n\n`;
  return `${said}The text in '${WRAPPED_FIELD}' has to follow this grammar: ${grammar}`;
}
