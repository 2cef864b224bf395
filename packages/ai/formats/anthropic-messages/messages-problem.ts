import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject } from '#kernel/json.ts';

const roles: ReadonlySet<unknown> = new Set(['user', 'assistant', 'system']);

/** What is wrong with the shape of a conversation; undefined where nothing is. */
export function messagesProblem(messages: unknown, system: unknown): Refusal | undefined {
  if (messages === undefined || messages === null) return invalid("Missing required field: 'messages'.", 'messages');
  if (!Array.isArray(messages)) return wrongType('messages', 'an array of objects', messages);
  if (messages.length === 0) return invalid("Invalid 'messages': at least one message is required.", 'messages');
  for (const [at, message] of messages.entries()) {
    const param = `messages[${at}]`;
    if (!isJsonObject(message)) return wrongType(param, 'an object', message);
    if (!roles.has(message['role'])) {
      return invalid(`Invalid value for '${param}.role': expected user, assistant or system.`, `${param}.role`);
    }
    const refusal = contentProblem(message['content'], `${param}.content`);
    if (refusal !== undefined) return refusal;
  }
  return system === undefined || system === null ? undefined : contentProblem(system, 'system');
}

export function wrongType(param: string, expected: string, value: unknown): Refusal {
  return invalid(`Invalid type for '${param}': expected ${expected}, but got ${nameOfType(value)} instead.`, param);
}

function contentProblem(content: unknown, param: string): Refusal | undefined {
  if (typeof content === 'string') return undefined;
  if (!Array.isArray(content)) return wrongType(param, 'a string or an array of blocks', content);
  for (const [at, block] of content.entries()) {
    if (!isJsonObject(block)) return wrongType(`${param}[${at}]`, 'an object', block);
    if (typeof block['type'] !== 'string') return wrongType(`${param}[${at}].type`, 'a string', block['type']);
  }
  return undefined;
}

/** The JSON type of a value with its article. */
function nameOfType(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
