import { parseObject } from '#kernel/json.ts';
import type { ChatTool, ToolChoice } from '../../chat/chat-request.ts';
import { RawJson } from '../../json/write-json.ts';
import { WRAPPED_FIELD } from '../../translate/unwrap-tool-input.ts';
import { encodeCacheMark } from './encode-part.ts';
import { type Encoding, type Fields, raw } from './encoding.ts';

/** The tools and the choice among them, as fields of a request. */
export function encodeTools(tools: readonly ChatTool[], choice: ToolChoice | undefined, encoding: Encoding): Fields {
  const fields: Fields = {};
  const list: unknown[] = [];
  for (const tool of tools) {
    if (tool.kind === 'function') list.push(functionTool(tool, encoding));
    else if (tool.kind === 'custom') list.push(customTool(tool, encoding));
    else if (tool.format !== 'openai-chat') {
      encoding.unplaced.leaveOut(tool.what, 'a provider of chat runs no such tool');
    } else if (tool.what === 'web_search_options') fields[tool.what] = new RawJson(tool.json);
    else list.push(new RawJson(tool.json));
  }
  if (list.length > 0) fields['tools'] = list;
  if (choice !== undefined) fields['tool_choice'] = choiceOf(choice, encoding);
  return fields;
}

function functionTool(tool: Extract<ChatTool, { kind: 'function' }>, encoding: Encoding): Fields {
  const { description, isStrict, cacheMark } = tool;
  return {
    type: 'function',
    function: { name: encoding.names.name(tool.name), description, parameters: raw(tool.schema), strict: isStrict },
    ...encodeCacheMark(cacheMark, encoding),
  };
}

/** Where hardly anyone knows custom tools, one goes as a function with one text field. */
function customTool(tool: Extract<ChatTool, { kind: 'custom' }>, encoding: Encoding): Fields {
  const name = encoding.names.name(tool.name);
  const grammar = tool.grammar === undefined ? null : parseObject(tool.grammar);
  if (encoding.target.rules.takesNewest === true) {
    const { description } = tool;
    const written = { syntax: grammar?.['syntax'], definition: grammar?.['definition'] };
    const format = grammar === null ? undefined : { type: 'grammar', grammar: written };
    return { type: 'custom', custom: { name, description, format } };
  }
  encoding.wrapped.add(tool.name);
  const definition = grammar === null ? '' : `Text in this ${grammar['syntax']} grammar:\n${grammar['definition']}`;
  const text = { type: 'string', description: definition === '' ? 'Any text.' : definition };
  const properties = { [WRAPPED_FIELD]: text };
  const parameters = { type: 'object', properties, required: [WRAPPED_FIELD], additionalProperties: false };
  return { type: 'function', function: { name, description: tool.description, parameters } };
}

function choiceOf(choice: ToolChoice, encoding: Encoding): unknown {
  const { names, wrapped, target } = encoding;
  if (choice.kind === 'tool') {
    const kind = choice.toolKind === 'custom' && !wrapped.has(choice.name) ? 'custom' : 'function';
    return { type: kind, [kind]: { name: names.name(choice.name) } };
  }
  if (choice.kind !== 'allowed') return choice.kind;
  if (target.rules.takesNewest !== true) {
    encoding.unplaced.leaveOut('toolChoice', 'the provider takes no choice among some of the tools');
    return choice.mode;
  }
  const tools = choice.names.map((name) => ({ type: 'function', function: { name: names.name(name) } }));
  return { type: 'allowed_tools', allowed_tools: { mode: choice.mode, tools } };
}
