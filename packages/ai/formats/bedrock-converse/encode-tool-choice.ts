import type { ChatRequest, ToolChoice } from '../../chat/chat-request.ts';
import { NoPlace } from '../../format.ts';
import { nameOfTool } from '../tool-names.ts';
import type { ToolContext } from './tool-context.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Which tool is to be called. `open`: the model decides, and nothing is said. `none`: no tool may be. */
export type EncodedChoice =
  | { readonly kind: 'open' | 'none' }
  | {
      readonly kind: 'auto' | 'forced';
      /** `toolConfig.toolChoice`; undefined: Claude's own field says it. */
      readonly choice?: Fields | undefined;
      /** Of `additionalModelRequestFields`. */
      readonly fields?: Fields | undefined;
    };

type Choice = { readonly kind: 'none' | 'auto' | 'any' } | { readonly kind: 'tool'; readonly name: string };

/** `offered`: how many tools there are to choose from. Throws `NoPlace` for a tool that there is not. */
export function encodeToolChoice(request: ChatRequest, offered: number, context: ToolContext): EncodedChoice {
  const { traits, unplaced } = context;
  if (offered === 0) return { kind: 'none' };
  const wanted = withJson(choiceOf(request, context), request, context);
  if (wanted?.kind === 'none') return { kind: 'none' };
  const choice = fitting(wanted, offered, context);
  const isSerial = request.settings.isParallelToolUse === false && request.tools.length > 0;
  if (isSerial && traits.claude !== null) return { kind: kindOf(choice), fields: claudeChoice(choice) };
  if (isSerial) unplaced.tell('isParallelToolUse');
  if (choice === undefined) return { kind: 'open' };
  return {
    kind: kindOf(choice),
    choice: choice.kind === 'tool' ? { tool: { name: choice.name } } : { [choice.kind]: {} },
  };
}

function kindOf(choice: Choice | undefined): 'auto' | 'forced' {
  return choice?.kind === 'any' || choice?.kind === 'tool' ? 'forced' : 'auto';
}

/** Amazon's choice has no place for one call at a time; Claude's own has. */
function claudeChoice(choice: Choice = { kind: 'auto' }): Fields {
  const name = choice.kind === 'tool' ? choice.name : undefined;
  return { tool_choice: { type: choice.kind, name, disable_parallel_tool_use: true } };
}

/** What the client says; undefined: nothing. */
function choiceOf({ settings, tools }: ChatRequest, { names }: ToolContext): Choice | undefined {
  const { toolChoice } = settings;
  if (toolChoice === undefined) return undefined;
  if (toolChoice.kind !== 'tool') return { kind: typeOf(toolChoice) };
  if (!tools.some((tool) => nameOfTool(tool) === toolChoice.name)) {
    throw new NoPlace('toolChoice', `the request has no tool '${toolChoice.name}'`);
  }
  return { kind: 'tool', name: names.sent(toolChoice.name) };
}

function typeOf(choice: Exclude<ToolChoice, { kind: 'tool' }>): 'none' | 'auto' | 'any' {
  const kind = choice.kind === 'allowed' ? choice.mode : choice.kind;
  return kind === 'required' ? 'any' : kind;
}

/** The client's tools may be called, and the JSON tool is one of them: some tool has to be. */
function withJson(choice: Choice | undefined, { tools }: ChatRequest, { jsonTool }: ToolContext): Choice | undefined {
  if (jsonTool === null || choice?.kind === 'tool') return choice;
  return tools.length === 0 || choice?.kind === 'none' ? { kind: 'tool', name: jsonTool.name } : { kind: 'any' };
}

/** As far as the model can be made to call one. Where there is one tool alone, any tool is that one. */
function fitting(choice: Choice | undefined, offered: number, { traits, unplaced }: ToolContext): Choice | undefined {
  if (choice?.kind !== 'tool' && choice?.kind !== 'any') return choice;
  if (traits.forcedTools === 'tool') return choice;
  if (traits.forcedTools === 'any' && (choice.kind === 'any' || offered === 1)) return { kind: 'any' };
  unplaced.leaveOut('toolChoice', 'this model cannot be made to call a tool');
  return undefined;
}
