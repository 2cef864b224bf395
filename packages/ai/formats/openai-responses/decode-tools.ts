import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ChatTool, ToolChoice } from '../../chat/chat-request.ts';
import { FORMAT } from './format-name.ts';
import { joinedName } from './tool-spaces.ts';
import { booleanOrNone, invalidFault, objectAt, stringAt, stringOrNone, wrongTypeFault } from './wrong-field.ts';

/** Tools of a client. Those of a group go by the name of the group and their own. */
export function decodeTools(value: unknown): ChatTool[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongTypeFault('tools', 'an array of objects', value);
  return value.flatMap((tool, at) => decodeTool(objectAt(tool, `tools[${at}]`), `tools[${at}]`, null));
}

function decodeTool(tool: JsonObject, at: string, namespace: string | null): ChatTool[] {
  switch (tool['type']) {
    case 'function':
      return [functionTool(tool, at, namespace)];
    case 'custom':
      return [customTool(tool, at, namespace)];
    case 'namespace': {
      const name = stringAt(tool['name'], `${at}.name`);
      return asArray(tool['tools']).flatMap((inner, index) =>
        decodeTool(objectAt(inner, `${at}.tools[${index}]`), `${at}.tools[${index}]`, name),
      );
    }
    default: {
      const what = stringAt(tool['type'], `${at}.type`);
      const meaning = what.startsWith('web_search') ? 'web_search' : null;
      return [{ kind: 'hosted', meaning, format: FORMAT, what, json: JSON.stringify(tool) }];
    }
  }
}

function nameAt(tool: JsonObject, at: string, namespace: string | null): string {
  const name = stringAt(tool['name'], `${at}.name`);
  return namespace === null ? name : joinedName(namespace, name);
}

function functionTool(tool: JsonObject, at: string, namespace: string | null): ChatTool {
  const { parameters = null } = tool;
  const description = stringOrNone(tool['description'], `${at}.description`);
  const isStrict = booleanOrNone(tool['strict'], `${at}.strict`);
  return {
    kind: 'function',
    name: nameAt(tool, at, namespace),
    schema: parameters === null ? undefined : JSON.stringify(objectAt(parameters, `${at}.parameters`)),
    ...(description === undefined ? {} : { description }),
    ...(isStrict === undefined ? {} : { isStrict }),
  };
}

function customTool(tool: JsonObject, at: string, namespace: string | null): ChatTool {
  const description = stringOrNone(tool['description'], `${at}.description`);
  const format = asObject(tool['format']);
  const hasGrammar = format !== null && format['type'] !== 'text';
  return {
    kind: 'custom',
    name: nameAt(tool, at, namespace),
    ...(description === undefined ? {} : { description }),
    ...(hasGrammar ? { grammar: JSON.stringify(format) } : {}),
  };
}

/** `others` gets a choice that no other format has. */
export function decodeToolChoice(value: unknown, others: Map<string, string>): ToolChoice | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === 'none' || value === 'auto' || value === 'required') return { kind: value };
  if (typeof value === 'string') {
    throw invalidFault("Invalid value for 'tool_choice': supported values are none, auto, required.", 'tool_choice');
  }
  const choice = objectAt(value, 'tool_choice');
  switch (choice['type']) {
    case 'function':
    case 'custom':
      return { kind: 'tool', name: chosenName(choice, 'tool_choice'), toolKind: choice['type'] };
    case 'allowed_tools': {
      const tools = asArray(choice['tools']).map((tool, at) => objectAt(tool, `tool_choice.tools[${at}]`));
      const hosted = tools.find(({ type }) => type !== 'function' && type !== 'custom');
      if (hosted !== undefined) {
        others.set('tool_choice', JSON.stringify(choice));
        return undefined;
      }
      const names = tools.map((tool, at) => chosenName(tool, `tool_choice.tools[${at}]`));
      return { kind: 'allowed', mode: choice['mode'] === 'required' ? 'required' : 'auto', names };
    }
    default:
      others.set('tool_choice', JSON.stringify(choice));
      return undefined;
  }
}

function chosenName(choice: JsonObject, at: string): string {
  const namespace = stringOrNone(choice['namespace'], `${at}.namespace`);
  const name = stringAt(choice['name'], `${at}.name`);
  return namespace === undefined ? name : joinedName(namespace, name);
}
