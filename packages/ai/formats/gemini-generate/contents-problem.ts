import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { wrongType } from '../../ask/problems.ts';
import { doubledProblem, fieldOf } from './fields.ts';

const partFields = ['inlineData', 'fileData', 'thoughtSignature', 'functionCall', 'functionResponse'] as const;

/** What is wrong with the shape of a conversation; undefined where nothing is. */
export function contentsProblem(contents: unknown, system: unknown): Refusal | undefined {
  if (contents === undefined || contents === null) return invalid("Missing required field: 'contents'.", 'contents');
  if (!Array.isArray(contents)) return wrongType('contents', 'an array of objects', contents);
  if (contents.length === 0) return invalid("Invalid 'contents': at least one content is required.", 'contents');
  for (const [at, content] of contents.entries()) {
    const refusal = contentProblem(content, `contents[${at}]`);
    if (refusal !== undefined) return refusal;
  }
  return isJsonObject(system) ? contentProblem(system, 'systemInstruction') : undefined;
}

function contentProblem(content: unknown, param: string): Refusal | undefined {
  if (!isJsonObject(content)) return wrongType(param, 'an object', content);
  const { role, parts } = content;
  if (role !== undefined && role !== null && typeof role !== 'string')
    return wrongType(`${param}.role`, 'a string', role);
  if (parts === undefined || parts === null) return undefined;
  // protobuf's JSON takes one object for a list of one; a gateway that counts its parts does not.
  if (!Array.isArray(parts)) return wrongType(`${param}.parts`, 'an array of objects', parts);
  for (const [at, part] of parts.entries()) {
    const refusal = partProblem(part, `${param}.parts[${at}]`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function partProblem(part: unknown, param: string): Refusal | undefined {
  if (!isJsonObject(part)) return wrongType(param, 'an object', part);
  const doubled = doubledProblem(part, partFields, `${param}.`);
  if (doubled !== undefined) return doubled;
  if (fieldOf(part, 'fileData') !== undefined) {
    return invalid(
      "A file by its URI belongs to a provider's account, and nothing bounds it: send its bytes.",
      `${param}.fileData`,
    );
  }
  const inline = fieldOf(part, 'inlineData');
  return inline === undefined || inline === null ? undefined : inlineProblem(inline, `${param}.inlineData`);
}

function inlineProblem(inline: unknown, param: string): Refusal | undefined {
  if (!isJsonObject(inline)) return wrongType(param, 'an object', inline);
  const doubled = doubledProblem(inline, ['mimeType'], `${param}.`);
  if (doubled !== undefined) return doubled;
  const mimeType = fieldOf(inline as JsonObject, 'mimeType');
  if (typeof mimeType !== 'string') return wrongType(`${param}.mimeType`, 'a string', mimeType);
  return typeof inline['data'] === 'string' ? undefined : wrongType(`${param}.data`, 'a base64 string', inline['data']);
}
