import { asObject, type JsonObject } from '#kernel/json.ts';
import type { ChatTool, ToolChoice } from '../../chat/chat-request.ts';
import { FORMAT } from './format-name.ts';
import { refuse } from './refuse.ts';

/** A tool of the client's, or one with a type of Anthropic's own. */
export function decodeTool(value: unknown, param: string): ChatTool {
  const tool = asObject(value);
  if (!tool) throw refuse(param, 'A tool has to be an object.');
  const { type, name, description, input_schema: schema, strict, cache_control: mark } = tool;
  if (type !== undefined && type !== null && type !== 'custom') {
    const what = String(type);
    const meaning = what.startsWith('web_search_') ? 'web_search' : null;
    return { kind: 'hosted', meaning, format: FORMAT, what, json: JSON.stringify(tool) };
  }
  if (typeof name !== 'string' || name === '') throw refuse(`${param}.name`, 'A tool has to have a name.');
  if (!asObject(schema)) throw refuse(`${param}.input_schema`, "A tool's schema has to be an object.");
  return {
    kind: 'function',
    name,
    schema: JSON.stringify(schema),
    ...(typeof description === 'string' && { description }),
    ...(typeof strict === 'boolean' && { isStrict: strict }),
    ...(asObject(mark) && { cacheMark: JSON.stringify(mark) }),
  };
}

export function decodeChoice(value: unknown): ToolChoice | undefined {
  const choice: JsonObject | null = asObject(value);
  if (!choice) return undefined;
  switch (choice['type']) {
    case 'auto':
    case 'none':
      return { kind: choice['type'] };
    case 'any':
      return { kind: 'required' };
    case 'tool':
      if (typeof choice['name'] === 'string') return { kind: 'tool', name: choice['name'], toolKind: 'function' };
      break;
  }
  throw refuse('tool_choice', "'tool_choice' has to be auto, any, none, or a tool by its name.");
}
