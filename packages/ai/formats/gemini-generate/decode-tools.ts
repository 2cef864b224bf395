import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ChatTool, ToolChoice } from '../../chat/chat-request.ts';
import { fieldOf } from './fields.ts';
import { FORMAT } from './format-name.ts';
import { refuse } from './refuse.ts';
import { jsonSchemaOf } from './schema.ts';

/** An entry of `tools`: functions of the client's, and tools that Google runs. */
export function decodeTools(value: unknown, param: string): ChatTool[] {
  const tool = asObject(value);
  if (tool === null) throw refuse(param, 'A tool has to be an object.');
  const tools: ChatTool[] = [];
  for (const [name, given] of Object.entries(tool)) {
    if (name === 'functionDeclarations' || name === 'function_declarations') {
      for (const [at, declared] of asArray(given).entries())
        tools.push(decodeFunction(declared, `${param}.${name}[${at}]`));
    } else {
      const meaning = name === 'googleSearch' || name === 'google_search' ? 'web_search' : null;
      tools.push({ kind: 'hosted', meaning, format: FORMAT, what: name, json: JSON.stringify({ [name]: given }) });
    }
  }
  return tools;
}

/** Its schema is JSON Schema (`parametersJsonSchema`), or Google's own form of it (`parameters`). */
function decodeFunction(value: unknown, param: string): ChatTool {
  const declared = asObject(value);
  const name = declared?.['name'];
  if (declared === null || typeof name !== 'string' || name === '')
    throw refuse(`${param}.name`, 'A function has to have a name.');
  const jsonSchema = asObject(fieldOf(declared, 'parametersJsonSchema'));
  const parameters = asObject(declared['parameters']);
  const schema = jsonSchema ?? (parameters === null ? null : jsonSchemaOf(parameters));
  const { description } = declared;
  return {
    kind: 'function',
    name,
    schema: schema === null ? undefined : JSON.stringify(schema),
    ...(typeof description === 'string' && { description }),
  };
}

export function decodeChoice(toolConfig: JsonObject | null): ToolChoice | undefined {
  const calling = asObject(fieldOf(toolConfig, 'functionCallingConfig'));
  if (calling === null) return undefined;
  const names = asArray(fieldOf(calling, 'allowedFunctionNames')).filter((name) => typeof name === 'string');
  switch (String(calling['mode'] ?? 'AUTO').toUpperCase()) {
    case 'NONE':
      return { kind: 'none' };
    case 'ANY': {
      const [only, ...more] = names;
      if (only !== undefined && more.length === 0) return { kind: 'tool', name: only, toolKind: 'function' };
      return names.length > 0 ? { kind: 'allowed', mode: 'required', names } : { kind: 'required' };
    }
    default:
      return names.length > 0 ? { kind: 'allowed', mode: 'auto', names } : { kind: 'auto' };
  }
}
