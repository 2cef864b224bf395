import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { asObject, isJsonObject, type JsonObject } from '#kernel/json.ts';
import { conversationKey } from '../../ask/conversation-key.ts';
import { spellingProblem } from '../../ask/field-spelling.ts';
import { needsOfModel } from '../../ask/needs-of-model.ts';
import {
  countProblem,
  modelProblem,
  OUTPUT_TOKENS_MAX,
  objectProblem,
  typeProblem,
  wrongType,
} from '../../ask/problems.ts';
import type { Asked } from '../../asked.ts';
import type { Unit } from '../../units.ts';
import { ableFor, carriesSealedThoughts } from './able-for.ts';
import { noReference } from './no-reference.ts';
import { promptBound } from './prompt-bound.ts';
import { requestFields } from './request-fields.ts';
import { searchesMax } from './searches.ts';
import { stateProblem } from './state-problem.ts';
import { toolsProblem } from './tools-problem.ts';
import { unpricedProblem } from './unpriced-problem.ts';

/** More searches than any answer was seen to make, and few enough to be held for. */
const TOOL_CALLS_MAX = 1_000;

/** What admission must know of a request, or what is wrong with it. `null` stands for a field left out. */
export function askResponses(body: JsonObject, bodyBytes: number): { asked: Asked } | { refusal: Refusal } {
  const refusal = shapeProblem(body) ?? stateProblem(body) ?? toolsProblem(body) ?? unpricedProblem(body);
  if (refusal !== undefined) return { refusal };
  const searches = searchesMax(body);
  const bound = promptBound(body, bodyBytes, searches);
  if ('refusal' in bound) return bound;
  return {
    asked: {
      model: String(body['model']),
      stream: body['stream'] === true,
      outputTokensRequested: Number(body['max_output_tokens'] ?? 0),
      choices: 1,
      hasOutput: true,
      promptTokensBound: bound.tokens,
      ...(searches > 0 && { prompts: searches + 1 }),
      promptTokensEstimate: bound.estimate,
      otherUnits: otherUnits(body, bound.held.sounds > 0, bound.hasLongCache),
      counts: searches > 0 ? { search: searches } : {},
      serviceTier: tierOf(body['service_tier']),
      // As OpenRouter's clients ask for it.
      tellsCost: asObject(body['usage'])?.['include'] === true,
      ...needsOfModel(bound.held, ableFor(body)),
      // Instructions are of one turn: a next one may have others, or none.
      conversationKey: conversationKey({ ownKey: body['prompt_cache_key'], messages: body['input'] }),
      ...(carriesSealedThoughts(body) && { hasSealedThoughts: true }),
    },
  };
}

/** Fields that have to be of a type where they are given. */
const typed: readonly (readonly [field: string, problem: (param: string, value: unknown) => Refusal | undefined])[] = [
  ...['instructions', 'previous_response_id', 'service_tier', 'truncation'].map(
    (field) => [field, textProblem] as const,
  ),
  ...['stream', 'store', 'background'].map((field) => [field, flagProblem] as const),
  ...['text', 'reasoning', 'metadata', 'stream_options', 'prompt_cache_options', 'usage'].map(
    (field) => [field, objectProblem] as const,
  ),
  ['include', arrayProblem],
  ['max_output_tokens', (param, value) => countProblem(param, value, OUTPUT_TOKENS_MAX)],
  ['max_tool_calls', (param, value) => countProblem(param, value, TOOL_CALLS_MAX)],
];

function shapeProblem(body: JsonObject): Refusal | undefined {
  const refusal = spellingProblem(body, requestFields) ?? modelProblem(body['model']) ?? inputProblem(body['input']);
  if (refusal !== undefined) return refusal;
  for (const [field, problem] of typed) {
    const wrong = problem(field, body[field]);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function textProblem(param: string, value: unknown): Refusal | undefined {
  return typeProblem(param, value, 'string');
}

function flagProblem(param: string, value: unknown): Refusal | undefined {
  return typeProblem(param, value, 'boolean');
}

function inputProblem(input: unknown): Refusal | undefined {
  if (input === undefined || input === null) return invalid("Missing required parameter: 'input'.", 'input');
  if (typeof input === 'string') return undefined;
  if (!Array.isArray(input)) return wrongType('input', 'a string or an array of objects', input);
  if (input.length === 0) return invalid("Invalid 'input': empty array. Expected at least one item.", 'input');
  for (const [at, item] of input.entries()) {
    const refusal = itemProblem(item, `input[${at}]`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function itemProblem(item: unknown, param: string): Refusal | undefined {
  if (!isJsonObject(item)) return wrongType(param, 'an object', item);
  const { type = null, role } = item;
  if (type !== null && typeof type !== 'string') return wrongType(`${param}.type`, 'a string', type);
  if (type !== null && type !== 'message') return undefined;
  if (typeof role === 'string') return undefined;
  const isReference = type === null && role === undefined && typeof item['id'] === 'string';
  return isReference ? noReference(param) : wrongType(`${param}.role`, 'a string', role);
}

function arrayProblem(param: string, value: unknown): Refusal | undefined {
  return value === undefined || value === null || Array.isArray(value)
    ? undefined
    : wrongType(param, 'an array', value);
}

function otherUnits(body: JsonObject, hasAudio: boolean, hasLongMark: boolean): Unit[] {
  const isLong = hasLongMark || asObject(body['prompt_cache_options'])?.['ttl'] === '12h';
  return [...(hasAudio ? (['audio_input'] as const) : []), ...(isLong ? (['cache_write_12h'] as const) : [])];
}

/** `fast` is another name of the priority tier: an answer says `priority` for both. */
function tierOf(tier: unknown): string {
  if (tier === 'fast') return 'priority';
  return typeof tier === 'string' && tier !== 'auto' ? tier : '';
}
