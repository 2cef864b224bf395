import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { asObject, isJsonObject, type JsonObject } from '#kernel/json.ts';
import type { Asked } from '../../asked.ts';
import type { Unit } from '../../units.ts';
import { noReference } from './no-reference.ts';
import { promptBound } from './prompt-bound.ts';
import { searchesMax } from './searches.ts';
import { stateProblem } from './state-problem.ts';
import { toolsProblem } from './tools-problem.ts';
import { unpricedProblem } from './unpriced-problem.ts';
import { wrongType } from './wrong-field.ts';

const MODEL_MAX_CHARACTERS = 256;
/** What the contract's 32 bits hold, and more than any model writes. */
const OUTPUT_TOKENS_MAX = 2 ** 31 - 1;
/** More searches than any answer was seen to make, and few enough to be held for. */
const TOOL_CALLS_MAX = 1_000;

/** What admission must know of a request, or what is wrong with it. `null` stands for a field left out. */
export function askResponses(body: JsonObject, bodyBytes: number): { asked: Asked } | { refusal: Refusal } {
  const refusal = shapeProblem(body) ?? stateProblem(body) ?? toolsProblem(body['tools']) ?? unpricedProblem(body);
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
      promptTokensEstimate: bound.estimate,
      otherUnits: otherUnits(body, bound.hasAudio, bound.hasLongCache),
      counts: searches > 0 ? { search: searches } : {},
      serviceTier: tierOf(body['service_tier']),
      // As OpenRouter's clients ask for it.
      tellsCost: asObject(body['usage'])?.['include'] === true,
    },
  };
}

function shapeProblem(body: JsonObject): Refusal | undefined {
  return (
    modelProblem(body['model']) ??
    inputProblem(body['input']) ??
    typeProblem(body, 'instructions', 'string') ??
    typeProblem(body, 'stream', 'boolean') ??
    typeProblem(body, 'store', 'boolean') ??
    typeProblem(body, 'background', 'boolean') ??
    typeProblem(body, 'previous_response_id', 'string') ??
    typeProblem(body, 'service_tier', 'string') ??
    typeProblem(body, 'truncation', 'string') ??
    objectProblem(body, 'text') ??
    objectProblem(body, 'reasoning') ??
    objectProblem(body, 'metadata') ??
    objectProblem(body, 'stream_options') ??
    objectProblem(body, 'prompt_cache_options') ??
    arrayProblem(body, 'include') ??
    countProblem(body, 'max_output_tokens', OUTPUT_TOKENS_MAX) ??
    countProblem(body, 'max_tool_calls', TOOL_CALLS_MAX)
  );
}

function modelProblem(model: unknown): Refusal | undefined {
  if (model === undefined || model === null) return invalid('You must provide a model parameter.', 'model');
  if (typeof model !== 'string') return wrongType('model', 'a string', model);
  if (model.trim() === '') return invalid('You must provide a model parameter.', 'model');
  if (model.length <= MODEL_MAX_CHARACTERS) return undefined;
  return invalid(`Invalid 'model': a name has at most ${MODEL_MAX_CHARACTERS} characters.`, 'model');
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

function typeProblem(body: JsonObject, param: string, type: 'string' | 'boolean'): Refusal | undefined {
  const value = body[param] ?? null;
  return value === null || typeof value === type ? undefined : wrongType(param, `a ${type}`, value);
}

function objectProblem(body: JsonObject, param: string): Refusal | undefined {
  const value = body[param] ?? null;
  return value === null || isJsonObject(value) ? undefined : wrongType(param, 'an object', value);
}

function arrayProblem(body: JsonObject, param: string): Refusal | undefined {
  const value = body[param] ?? null;
  return value === null || Array.isArray(value) ? undefined : wrongType(param, 'an array', value);
}

function countProblem(body: JsonObject, param: string, max: number): Refusal | undefined {
  const value = body[param] ?? null;
  if (value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) return wrongType(param, 'an integer', value);
  const bound = value < 1 ? 'at least 1' : `at most ${max}`;
  if (value >= 1 && value <= max) return undefined;
  return invalid(`Invalid '${param}': expected a value of ${bound}, but got ${value} instead.`, param);
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
