import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject } from '#kernel/json.ts';
import { wrongType } from '../../ask/problems.ts';

const roles = new Set(['developer', 'system', 'user', 'assistant', 'tool', 'function']);

/** What is wrong with the shape of a conversation; undefined where nothing is. */
export function messagesProblem(messages: unknown): Refusal | undefined {
  if (messages === undefined || messages === null)
    return invalid("Missing required parameter: 'messages'.", 'messages');
  if (!Array.isArray(messages)) return wrongType('messages', 'an array of objects', messages);
  if (messages.length === 0)
    return invalid("Invalid 'messages': empty array. Expected at least one message.", 'messages');
  for (const [at, message] of messages.entries()) {
    const refusal = messageProblem(message, `messages[${at}]`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function messageProblem(message: unknown, param: string): Refusal | undefined {
  if (!isJsonObject(message)) return wrongType(param, 'an object', message);
  const { role, content } = message;
  if (typeof role !== 'string') return wrongType(`${param}.role`, 'a string', role);
  if (!roles.has(role)) {
    return invalid(
      `Invalid value for '${param}.role': supported values are ${[...roles].join(', ')}.`,
      `${param}.role`,
    );
  }
  if (typeof content === 'string' || content === null || content === undefined) return undefined;
  if (!Array.isArray(content)) return wrongType(`${param}.content`, 'a string or an array of objects', content);
  return contentProblem(content, `${param}.content`);
}

function contentProblem(parts: readonly unknown[], param: string): Refusal | undefined {
  for (const [at, part] of parts.entries()) {
    if (!isJsonObject(part)) return wrongType(`${param}[${at}]`, 'an object', part);
    if (typeof part['type'] !== 'string') return wrongType(`${param}[${at}].type`, 'a string', part['type']);
  }
  return undefined;
}
