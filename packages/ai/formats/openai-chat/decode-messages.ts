import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type {
  AssistantPart,
  ChatMessage,
  Foreign,
  RefusalPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../chat/content.ts';
import { decodePart, decodeText } from './decode-part.ts';
import { decodeReasoning } from './reasoning-details.ts';
import { objectAt, optionalString, refuse, stringAt } from './refuse.ts';

/** The calls of a conversation so far, for what their results do not say. */
interface Calls {
  readonly kinds: Map<string, ToolCallPart['kind']>;
  /** Of calls without an id, as they were before there were tools: the newest of a name. */
  readonly idsByName: Map<string, string>;
}

/** A conversation in canonical form. Results of tools that follow each other are one turn of the user's. */
export function decodeMessages(messages: readonly unknown[]): ChatMessage[] {
  const calls: Calls = { kinds: new Map(), idsByName: new Map() };
  const decoded: ChatMessage[] = [];
  let results: ToolResultPart[] | null = null;
  for (const [index, value] of messages.entries()) {
    const at = `messages[${index}]`;
    const message = objectAt(value, at);
    const role = stringAt(message['role'], `${at}.role`);
    if (role === 'tool' || role === 'function') {
      const result = resultOf(message, role, at, calls);
      if (results === null) {
        results = [];
        decoded.push({ role: 'user', content: results, at });
      }
      results.push(result);
      continue;
    }
    results = null;
    decoded.push(messageOf(message, role, at, calls));
  }
  return decoded;
}

function messageOf(message: JsonObject, role: string, at: string, calls: Calls): ChatMessage {
  const name = optionalString(message['name'], `${at}.name`);
  const named = name === undefined ? { at } : { at, name };
  if (role === 'assistant') return { role, content: assistantParts(message, at, calls), ...named };
  if (role === 'user') return { role, content: contentOf(message['content'], at, decodePart), ...named };
  if (role !== 'system' && role !== 'developer') throw refuse(`${at}.role`, `Unknown role '${role}'.`);
  return { role: 'system', spelling: role, content: contentOf(message['content'], at, textOrForeign), ...named };
}

/** The parts of a message's content. A text is one part; none where there is none. */
function contentOf<P>(content: unknown, at: string, decode: (part: JsonObject, at: string) => P): (P | TextPart)[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw refuse(`${at}.content`, 'The content is a string or an array of parts.');
  return content.map((part, place) => {
    const path = `${at}.content[${place}]`;
    return decode(objectAt(part, path), path);
  });
}

function textOrForeign(part: JsonObject, at: string): TextPart | Foreign {
  if (part['type'] === 'text') return decodeText(part, at);
  return { type: 'foreign', format: 'openai-chat', what: at, json: JSON.stringify(part) };
}

function assistantParts(message: JsonObject, at: string, calls: Calls): AssistantPart[] {
  const parts: AssistantPart[] = [...decodeReasoning(message)];
  parts.push(...contentOf(message['content'], at, textRefusalOrForeign));
  const refusal = optionalString(message['refusal'], `${at}.refusal`);
  if (refusal !== undefined) parts.push({ type: 'refusal', text: refusal });
  // Only the account that made it has it.
  if (asObject(message['audio']) !== null) {
    parts.push({ type: 'foreign', format: 'openai-chat', what: `${at}.audio`, json: JSON.stringify(message['audio']) });
  }
  const called = asObject(message['function_call']);
  if (called !== null) parts.push(oldCall(called, at, calls));
  for (const [place, call] of asArray(message['tool_calls']).entries()) {
    const path = `${at}.tool_calls[${place}]`;
    parts.push(callOf(objectAt(call, path), path, calls));
  }
  return parts;
}

function textRefusalOrForeign(part: JsonObject, at: string): TextPart | RefusalPart | Foreign {
  if (part['type'] !== 'refusal') return textOrForeign(part, at);
  return { type: 'refusal', text: stringAt(part['refusal'], `${at}.refusal`) };
}

function callOf(call: JsonObject, at: string, calls: Calls): ToolCallPart {
  const id = stringAt(call['id'], `${at}.id`);
  const isCustom = call['type'] === 'custom';
  const [field, input, kind] = isCustom
    ? (['custom', 'input', 'custom'] as const)
    : (['function', 'arguments', 'function'] as const);
  const called = objectAt(call[field], `${at}.${field}`);
  calls.kinds.set(id, kind);
  const name = stringAt(called['name'], `${at}.${field}.name`);
  return { type: 'tool-call', id, name, kind, input: inputOf(called[input], `${at}.${field}.${input}`) };
}

/** Some clients send arguments as the object that they are. */
function inputOf(value: unknown, at: string): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : stringAt(value, at);
}

function oldCall(called: JsonObject, at: string, calls: Calls): ToolCallPart {
  const name = stringAt(called['name'], `${at}.function_call.name`);
  const id = `call_${at.replaceAll(/\D/g, '')}_${name}`;
  calls.idsByName.set(name, id);
  return {
    type: 'tool-call',
    id,
    name,
    kind: 'function',
    input: inputOf(called['arguments'], `${at}.function_call.arguments`),
  };
}

function resultOf(message: JsonObject, role: string, at: string, calls: Calls): ToolResultPart {
  const content = contentOf(message['content'], at, resultPart);
  if (role === 'tool') {
    const callId = stringAt(message['tool_call_id'], `${at}.tool_call_id`);
    return { type: 'tool-result', callId, kind: calls.kinds.get(callId) ?? 'function', content };
  }
  const name = stringAt(message['name'], `${at}.name`);
  const callId = calls.idsByName.get(name);
  if (callId === undefined) throw refuse(`${at}.name`, `No message before this one calls the function '${name}'.`);
  return { type: 'tool-result', callId, kind: 'function', content };
}

function resultPart(part: JsonObject, at: string): ToolResultPart['content'][number] {
  const decoded = decodePart(part, at);
  if (decoded.type !== 'audio') return decoded;
  return { type: 'foreign', format: 'openai-chat', what: at, json: JSON.stringify(part) };
}
