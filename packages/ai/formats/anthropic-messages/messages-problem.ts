import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { wrongType } from '../../ask/problems.ts';

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

function contentProblem(content: unknown, param: string): Refusal | undefined {
  if (typeof content === 'string') return undefined;
  if (!Array.isArray(content)) return wrongType(param, 'a string or an array of blocks', content);
  for (const [at, block] of content.entries()) {
    if (!isJsonObject(block)) return wrongType(`${param}[${at}]`, 'an object', block);
    if (typeof block['type'] !== 'string') return wrongType(`${param}[${at}].type`, 'a string', block['type']);
    const refusal = fileProblem(block, `${param}[${at}]`, 1);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** A document in a tool's result, with pictures in its pieces. */
const DEPTH_MAX = 4;

/** A file by its id belongs to the gateway's account at a provider, where files of all its clients are. */
function fileProblem(block: JsonObject, param: string, depth: number): Refusal | undefined {
  const { source, content } = block;
  if (block['type'] === 'container_upload') return noFile(param);
  if (isJsonObject(source)) {
    if (source['type'] === 'file' || typeof source['file_id'] === 'string') return noFile(`${param}.source`);
    const refusal = filesProblem(source['content'], `${param}.source.content`, depth);
    if (refusal !== undefined) return refusal;
  }
  return filesProblem(content, `${param}.content`, depth);
}

function filesProblem(content: unknown, param: string, depth: number): Refusal | undefined {
  if (!Array.isArray(content) || depth > DEPTH_MAX) return undefined;
  for (const [at, block] of content.entries()) {
    const refusal = isJsonObject(block) ? fileProblem(block, `${param}[${at}]`, depth + 1) : undefined;
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function noFile(param: string): Refusal {
  return invalid("A file by its id belongs to a provider's account: send its bytes, or its URL.", param);
}
