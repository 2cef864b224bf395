import type { ChatRequest, ChatTool } from '../../chat/chat-request.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { FORMAT } from './format-name.ts';
import type { ToolNames } from './tool-names.ts';

const emptySchema = { type: 'object', properties: {} };

export function encodeTools(tools: readonly ChatTool[], names: ToolNames, unplaced: Unplaced): unknown[] | undefined {
  const encoded = tools.flatMap((tool) => encodeTool(tool, names, unplaced));
  return encoded.length === 0 ? undefined : encoded;
}

function encodeTool(tool: ChatTool, names: ToolNames, unplaced: Unplaced): unknown[] {
  switch (tool.kind) {
    case 'function':
      return [
        {
          type: 'function',
          name: names.sent(tool.name),
          description: tool.description,
          parameters: tool.schema === undefined ? emptySchema : new RawJson(tool.schema),
          // Here, and nowhere else, a tool that says nothing of it is strict.
          strict: tool.isStrict ?? false,
        },
      ];
    case 'custom':
      return [
        {
          type: 'custom',
          name: names.sent(tool.name),
          description: tool.description,
          format: tool.grammar === undefined ? undefined : new RawJson(tool.grammar),
        },
      ];
    case 'hosted':
      if (tool.format === FORMAT) return [new RawJson(tool.json)];
      // What another format's own tool may use was not admitted in this one's terms.
      unplaced.leaveOut('tools', `Responses has no tool '${tool.what}'`);
      return [];
  }
}

export function encodeToolChoice({ settings, tools }: ChatRequest, names: ToolNames): unknown {
  const { toolChoice: choice } = settings;
  if (choice === undefined) return undefined;
  if (choice.kind === 'tool') return { type: choice.toolKind, name: names.sent(choice.name) };
  if (choice.kind !== 'allowed') return choice.kind;
  const chosen = choice.names.map((name) => {
    const isCustom = tools.some((tool) => tool.kind === 'custom' && tool.name === name);
    return { type: isCustom ? 'custom' : 'function', name: names.sent(name) };
  });
  return { type: 'allowed_tools', mode: choice.mode, tools: chosen };
}
