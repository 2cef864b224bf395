import type { ChatRequest, ChatTool, ToolChoice } from '../../chat/chat-request.ts';
import { NoPlace } from '../../format.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { WRAPPED_FIELD } from '../../translate/unwrap-tool-input.ts';
import { nameOfTool, type ToolNames } from '../tool-names.ts';
import { encodeCacheMark } from './cache-mark.ts';
import { FORMAT } from './format-name.ts';
import type { ModelTraits } from './model-traits.ts';
import type { JsonTool } from './output-form.ts';
import { emptySchema, isClosedSchema, toolSchema } from './schema.ts';
import { wrappedSchema } from './wrapped-tool.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface EncodedTools {
  /** `tools` and `tool_choice`, or neither. */
  readonly fields: Fields;
  /** By the client's names. */
  readonly wrapped: ReadonlySet<string> | undefined;
  /** The model has to call a tool. */
  readonly isForced: boolean;
}

export interface ToolContext {
  readonly traits: ModelTraits;
  readonly names: ToolNames;
  readonly unplaced: Unplaced;
  /** The tool whose input is the answer. */
  readonly jsonTool: JsonTool | null;
  /** The names of tools that the conversation has calls of. */
  readonly called: ReadonlySet<unknown>;
}

/** Tools and the choice among them, with the one that stands in for a JSON output form. */
export function encodeTools(request: ChatRequest, context: ToolContext): EncodedTools {
  const { jsonTool } = context;
  const offered = allowedTools(request);
  const tools = offered.flatMap((tool) => encodeTool(tool, context));
  const wrapped = new Set(offered.filter(({ kind }) => kind === 'custom').map(nameOfTool));
  if (jsonTool) tools.push({ name: jsonTool.name, description: jsonTool.description, input_schema: jsonTool.schema });
  if (tools.length === 0) return { fields: calledTools(context), wrapped: undefined, isForced: false };
  const choice = jsonTool && offered.length === 0 ? oneTool(jsonTool.name) : encodeChoice(request, context);
  const chosen = jsonTool && offered.length > 0 ? choiceWithJson(choice, jsonTool.name) : choice;
  return {
    fields: { tools, ...(chosen && { tool_choice: chosen }) },
    wrapped: wrapped.size > 0 ? wrapped : undefined,
    isForced: chosen?.['type'] === 'any' || chosen?.['type'] === 'tool',
  };
}

/** Anthropic wants tools for a conversation that has calls of some, also where the model may call none any more. */
function calledTools({ called }: ToolContext): Fields {
  if (called.size === 0) return {};
  const tools = Array.from(called, (name) => ({ name, input_schema: emptySchema }));
  return { tools, tool_choice: { type: 'none' } };
}

/** A choice among some tools is those tools only: Anthropic has no such choice. */
function allowedTools({ tools, settings }: ChatRequest): readonly ChatTool[] {
  const choice = settings.toolChoice;
  if (choice?.kind !== 'allowed') return tools;
  return tools.filter((tool) => tool.kind === 'hosted' || choice.names.includes(tool.name));
}

function encodeTool(tool: ChatTool, { names, traits, unplaced }: ToolContext): (Fields | RawJson)[] {
  switch (tool.kind) {
    case 'function': {
      const schema = tool.schema === undefined ? emptySchema : toolSchema(tool.schema);
      if (schema === null) throw new NoPlace('tools', `the schema of '${tool.name}' is not a JSON object`);
      return [
        {
          name: names.sent(tool.name),
          description: tool.description,
          input_schema: schema,
          strict: isStrictTaken(tool.isStrict, schema, traits) || undefined,
          cache_control: encodeCacheMark(tool.cacheMark),
        },
      ];
    }
    case 'custom':
      return [
        {
          name: names.sent(tool.name),
          description: customDescription(tool),
          input_schema: wrappedSchema(tool.grammar),
        },
      ];
    case 'hosted':
      return encodeHosted(tool, unplaced);
  }
}

function isStrictTaken(isStrict: boolean | undefined, schema: unknown, { takesOutputFormat }: ModelTraits): boolean {
  if (isStrict !== true || !takesOutputFormat || !(schema instanceof RawJson)) return false;
  const parsed = parseObjectKeptDigits(schema.text);
  return parsed !== null && isClosedSchema(parsed);
}

function encodeHosted(tool: Extract<ChatTool, { kind: 'hosted' }>, unplaced: Unplaced): RawJson[] {
  if (tool.format === FORMAT) return [new RawJson(tool.json)];
  // A search of another format has no bound here that was admitted with the request.
  unplaced.leaveOut('tools', `Messages has no tool '${tool.what}'`);
  return [];
}

function customDescription(tool: Extract<ChatTool, { kind: 'custom' }>): string | undefined {
  if (tool.grammar === undefined) return tool.description;
  const said = tool.description === undefined ? '' : `${tool.description}\n\n`;
  return `${said}The text in '${WRAPPED_FIELD}' has to follow this grammar: ${tool.grammar}`;
}

function encodeChoice({ settings, tools }: ChatRequest, { names, traits, unplaced }: ToolContext): Fields | undefined {
  const { toolChoice: choice, isParallelToolUse } = settings;
  const parallel = isParallelToolUse === false ? { disable_parallel_tool_use: true } : {};
  const type = typeOf(choice);
  if (type === 'none') return { type };
  if ((type === 'any' || type === 'tool') && !traits.takesForcedTools) {
    unplaced.leaveOut('toolChoice', 'this model cannot be made to call a tool');
    return { type: 'auto', ...parallel };
  }
  if (choice?.kind === 'tool') {
    if (!tools.some((tool) => nameOfTool(tool) === choice.name)) {
      throw new NoPlace('toolChoice', `the request has no tool '${choice.name}'`);
    }
    return { type, name: names.sent(choice.name), ...parallel };
  }
  return choice === undefined && isParallelToolUse !== false ? undefined : { type, ...parallel };
}

function typeOf(choice: ToolChoice | undefined): 'none' | 'auto' | 'any' | 'tool' {
  if (choice?.kind === 'tool') return 'tool';
  const kind = choice?.kind === 'allowed' ? choice.mode : (choice?.kind ?? 'auto');
  return kind === 'required' ? 'any' : kind;
}

function oneTool(name: string): Fields {
  return { type: 'tool', name, disable_parallel_tool_use: true };
}

/** The client's tools may be called, and the JSON tool is one of them: some tool has to be. */
function choiceWithJson(choice: Fields | undefined, jsonToolName: string): Fields {
  if (choice?.['type'] === 'none') return oneTool(jsonToolName);
  if (choice?.['type'] === 'tool') return choice;
  return { ...choice, type: 'any' };
}
