import { parseObject } from '#kernel/json.ts';
import type { ChatRequest, ChatTool, ToolChoice } from '../../chat/chat-request.ts';
import { NoPlace } from '../../format.ts';
import { RawJson } from '../../json/write-json.ts';
import { WRAPPED_FIELD } from '../../translate/unwrap-tool-input.ts';
import { nameOfTool } from '../tool-names.ts';
import type { ContentContext } from './encode-contents.ts';
import { FORMAT } from './format-name.ts';

type Fields = Readonly<Record<string, unknown>>;
type ToolContext = Omit<ContentContext, 'traits'>;

export interface EncodedTools {
  /** `tools` and `toolConfig`, or neither. */
  readonly fields: Fields;
  /** Custom tools that became functions, by the client's names. */
  readonly wrapped: ReadonlySet<string> | undefined;
}

export function encodeTools(request: ChatRequest, context: ToolContext): EncodedTools {
  const offered = allowedTools(request);
  const declared: Fields[] = [];
  const hosted: RawJson[] = [];
  for (const tool of offered) {
    if (tool.kind === 'hosted') hosted.push(...encodeHosted(tool, context));
    else declared.push(encodeTool(tool, context));
  }
  const tools = [...(declared.length > 0 ? [{ functionDeclarations: declared }] : []), ...hosted];
  if (request.settings.isParallelToolUse === false && declared.length > 0) context.unplaced.tell('isParallelToolUse');
  if (tools.length === 0) return { fields: {}, wrapped: undefined };
  const wrapped = new Set(offered.filter(({ kind }) => kind === 'custom').map(nameOfTool));
  const choice = declared.length > 0 ? encodeChoice(request, context) : undefined;
  return {
    fields: { tools, toolConfig: choice && { functionCallingConfig: choice } },
    wrapped: wrapped.size > 0 ? wrapped : undefined,
  };
}

/** A choice among some tools where none has to be called is those tools only. */
function allowedTools({ tools, settings }: ChatRequest): readonly ChatTool[] {
  const choice = settings.toolChoice;
  if (choice?.kind !== 'allowed') return tools;
  return tools.filter((tool) => tool.kind === 'hosted' || choice.names.includes(tool.name));
}

function encodeTool(tool: Exclude<ChatTool, { kind: 'hosted' }>, { names }: ToolContext): Fields {
  if (tool.kind === 'custom') {
    return {
      name: names.sent(tool.name),
      description: customDescription(tool),
      parametersJsonSchema: {
        type: 'object',
        properties: { [WRAPPED_FIELD]: { type: 'string' } },
        required: [WRAPPED_FIELD],
      },
    };
  }
  return {
    name: names.sent(tool.name),
    // The API wants one.
    description: tool.description ?? '',
    parametersJsonSchema: tool.schema === undefined ? undefined : schemaOf(tool.schema, tool.name),
  };
}

function schemaOf(schema: string, name: string): RawJson | undefined {
  const parsed = parseObject(schema);
  if (parsed === null) throw new NoPlace('tools', `the schema of '${name}' is not a JSON object`);
  // An object without properties is refused; without a schema the tool takes nothing.
  return Object.keys(parsed).length === 0 ? undefined : new RawJson(schema);
}

function customDescription({ description, grammar }: Extract<ChatTool, { kind: 'custom' }>): string {
  const said = description ?? '';
  if (grammar === undefined) return said;
  return `${said}\n\nThe text in '${WRAPPED_FIELD}' has to follow this grammar: ${grammar}`.trim();
}

function encodeHosted(tool: Extract<ChatTool, { kind: 'hosted' }>, { unplaced }: ToolContext): RawJson[] {
  if (tool.format === FORMAT) return [new RawJson(tool.json)];
  // A search of another format has no bound here that was admitted with the request.
  unplaced.leaveOut('tools', `Gemini has no tool '${tool.what}'`);
  return [];
}

function encodeChoice({ settings, tools }: ChatRequest, { names }: ToolContext): Fields | undefined {
  const { toolChoice: choice } = settings;
  if (choice === undefined) return undefined;
  if (choice.kind === 'tool') {
    if (!tools.some((tool) => nameOfTool(tool) === choice.name)) {
      throw new NoPlace('toolChoice', `the request has no tool '${choice.name}'`);
    }
    return { mode: 'ANY', allowedFunctionNames: [names.sent(choice.name)] };
  }
  return { mode: modeOf(choice) };
}

function modeOf(choice: Exclude<ToolChoice, { kind: 'tool' }>): 'AUTO' | 'ANY' | 'NONE' {
  const kind = choice.kind === 'allowed' ? choice.mode : choice.kind;
  if (kind === 'required') return 'ANY';
  return kind === 'none' ? 'NONE' : 'AUTO';
}
