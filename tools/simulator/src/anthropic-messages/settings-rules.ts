import { asArray, isJsonObject } from '#kernel/json.ts';
import { RequestProblem } from '../request-problem.ts';
import type { MessagesCore, MessagesRequest } from './request-shape.ts';
import type { Message } from './tool-pairs.ts';

/** Anthropic's own bound. */
const CACHE_MARKS_MAX = 4;
const EMAIL_PATTERN = /[^\s@]+@[^\s@]+\.[^\s@]+/;
const PHONE_PATTERN = /^\+?[\d\s().-]{7,}$/;

/** Keywords that a schema for an answer may not have, by type. */
const refusedKeywords: Readonly<Record<string, readonly string[]>> = {
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength'],
  array: ['maxItems', 'uniqueItems'],
};

/** What holds for every model. Throws a RequestProblem (400). */
export function checkSettings(request: MessagesRequest): void {
  const userId = request.metadata?.user_id ?? '';
  if (EMAIL_PATTERN.test(userId) || PHONE_PATTERN.test(userId)) {
    throw new RequestProblem(
      400,
      'metadata.user_id: user_id appears to contain an email address or a phone number. Use an opaque identifier instead.',
    );
  }
  if (request.stop_sequences?.some((sequence) => sequence.trim() === '') === true) {
    throw new RequestProblem(400, 'stop_sequences: each stop sequence must contain non-whitespace');
  }
}

/** What holds for whatever is counted or answered. Throws a RequestProblem (400). */
export function checkCore(request: MessagesCore, messages: readonly Message[]): void {
  const names = (request.tools ?? []).map(({ name }) => name);
  if (new Set(names).size < names.length) throw new RequestProblem(400, 'tools: Tool names must be unique.');
  if (request.tool_choice !== undefined && names.length === 0) {
    throw new RequestProblem(400, 'tool_choice: tool_choice may only be specified while providing tools.');
  }
  const marks = countMarks(request, messages);
  if (marks > CACHE_MARKS_MAX) {
    throw new RequestProblem(
      400,
      `A maximum of ${CACHE_MARKS_MAX} blocks with cache_control may be provided. Found ${marks}.`,
    );
  }
  const schema = request.output_config?.format?.schema;
  if (schema !== undefined) checkAnswerSchema(schema);
}

function countMarks(request: MessagesCore, messages: readonly Message[]): number {
  const system = typeof request.system === 'string' ? [] : (request.system ?? []);
  const marked = [request, ...system, ...(request.tools ?? []), ...messages.flatMap(({ blocks }) => blocks)];
  return marked.filter((each) => 'cache_control' in each && each.cache_control != null).length;
}

/** A schema of an answer closes its objects and bounds nothing. */
function checkAnswerSchema(schema: unknown): void {
  if (!isJsonObject(schema)) return;
  const type = String(schema['type']);
  if (type === 'object' && schema['additionalProperties'] !== false) {
    throw new RequestProblem(
      400,
      "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
    );
  }
  const refused = (refusedKeywords[type] ?? []).filter((keyword) => schema[keyword] !== undefined);
  if (refused.length > 0) {
    throw new RequestProblem(
      400,
      `output_config.format.schema: For '${type}' type, properties ${refused.join(', ')} are not supported`,
    );
  }
  for (const group of ['properties', '$defs', 'definitions']) {
    if (isJsonObject(schema[group])) Object.values(schema[group]).forEach(checkAnswerSchema);
  }
  checkAnswerSchema(schema['items']);
  for (const group of ['anyOf', 'allOf']) asArray(schema[group]).forEach(checkAnswerSchema);
}
