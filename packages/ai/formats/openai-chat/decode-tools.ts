import { asObject, type JsonObject } from '#kernel/json.ts';
import type { ChatTool, ToolChoice } from '../../chat/chat-request.ts';
import { cacheMarkOf } from './decode-part.ts';
import { arrayAt, objectAt, optionalString, refuse, stringAt } from './refuse.ts';

/** A request's tools, those of the old form (`functions`) and the search on the web among them. */
export function decodeTools(body: JsonObject): ChatTool[] {
  const tools: ChatTool[] = [];
  for (const [place, value] of listAt(body['tools'], 'tools').entries()) {
    tools.push(decodeTool(objectAt(value, `tools[${place}]`), `tools[${place}]`));
  }
  for (const [place, value] of listAt(body['functions'], 'functions').entries()) {
    tools.push(functionTool(objectAt(value, `functions[${place}]`), `functions[${place}]`));
  }
  const search = asObject(body['web_search_options']);
  if (search !== null) {
    const what = 'web_search_options';
    tools.push({ kind: 'hosted', meaning: 'web_search', format: 'openai-chat', what, json: JSON.stringify(search) });
  }
  return tools;
}

function listAt(value: unknown, param: string): readonly unknown[] {
  return value === undefined || value === null ? [] : arrayAt(value, param);
}

function decodeTool(tool: JsonObject, at: string): ChatTool {
  if (tool['type'] === 'function') {
    return { ...functionTool(objectAt(tool['function'], `${at}.function`), `${at}.function`), ...cacheMarkOf(tool) };
  }
  if (tool['type'] === 'custom') return customTool(objectAt(tool['custom'], `${at}.custom`), `${at}.custom`);
  return { kind: 'hosted', meaning: null, format: 'openai-chat', what: at, json: JSON.stringify(tool) };
}

function functionTool(offered: JsonObject, at: string): Extract<ChatTool, { kind: 'function' }> {
  const description = optionalString(offered['description'], `${at}.description`);
  const parameters = offered['parameters'];
  const strict = offered['strict'];
  return {
    kind: 'function',
    name: stringAt(offered['name'], `${at}.name`),
    ...(description !== undefined && { description }),
    schema: parameters === undefined || parameters === null ? undefined : JSON.stringify(parameters),
    ...(typeof strict === 'boolean' && { isStrict: strict }),
  };
}

function customTool(offered: JsonObject, at: string): ChatTool {
  const description = optionalString(offered['description'], `${at}.description`);
  const format = asObject(offered['format']);
  return {
    kind: 'custom',
    name: stringAt(offered['name'], `${at}.name`),
    ...(description !== undefined && { description }),
    ...(format?.['type'] === 'grammar' && { grammar: grammarOf(format, `${at}.format`) }),
  };
}

function grammarOf(format: JsonObject, at: string): string {
  const grammar = objectAt(format['grammar'], `${at}.grammar`);
  const syntax = stringAt(grammar['syntax'], `${at}.grammar.syntax`);
  return JSON.stringify({
    type: 'grammar',
    syntax,
    definition: stringAt(grammar['definition'], `${at}.grammar.definition`),
  });
}

/** Which tool is to be called, in the form of now (`tool_choice`) or the old one (`function_call`). */
export function decodeToolChoice(body: JsonObject): ToolChoice | undefined {
  const [field, choice] =
    body['tool_choice'] === undefined || body['tool_choice'] === null
      ? (['function_call', body['function_call']] as const)
      : (['tool_choice', body['tool_choice']] as const);
  if (choice === undefined || choice === null) return undefined;
  if (choice === 'none' || choice === 'auto' || choice === 'required') return { kind: choice };
  // Mistral's word.
  if (choice === 'any') return { kind: 'required' };
  const chosen = objectAt(choice, field);
  if (field === 'function_call') return toolNamed(chosen, field, 'function');
  if (chosen['type'] === 'allowed_tools') return allowedTools(chosen);
  const kind = chosen['type'] === 'custom' ? 'custom' : 'function';
  return toolNamed(objectAt(chosen[kind], `${field}.${kind}`), `${field}.${kind}`, kind);
}

function toolNamed(named: JsonObject, at: string, toolKind: 'function' | 'custom'): ToolChoice {
  return { kind: 'tool', name: stringAt(named['name'], `${at}.name`), toolKind };
}

function allowedTools(choice: JsonObject): ToolChoice {
  const at = 'tool_choice.allowed_tools';
  const allowed = objectAt(choice['allowed_tools'], at);
  const mode = allowed['mode'] ?? 'auto';
  if (mode !== 'auto' && mode !== 'required') throw refuse(`${at}.mode`, "The mode is 'auto' or 'required'.");
  const names = arrayAt(allowed['tools'], `${at}.tools`).map((value, place) => {
    const tool = objectAt(value, `${at}.tools[${place}]`);
    const named = asObject(tool['function']) ?? asObject(tool['custom']) ?? tool;
    return stringAt(named['name'], `${at}.tools[${place}].name`);
  });
  return { kind: 'allowed', mode, names };
}
