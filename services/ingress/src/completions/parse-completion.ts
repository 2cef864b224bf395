import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { spellingProblem } from './field-spelling.ts';
import { messagesProblem, nameOfType } from './messages-problem.ts';

const MODEL_MAX_CHARACTERS = 256;

/** As many as OpenAI takes. */
const CHOICES_MAX = 128;

/** What the contract's 32 bits hold, and more than any model writes. */
const OUTPUT_TOKENS_MAX = 2 ** 31 - 1;

/** What the gateway itself must know of a chat completion request. Everything else in it is the provider's. */
export interface CompletionAsked {
  readonly model: string;
  readonly messages: readonly JsonObject[];
  readonly stream: boolean;
  /** For one choice; 0: left open. */
  readonly outputTokensRequested: number;
  readonly choices: number;
}

/** Reads a request, or says what is wrong with it and with which field (`param`). `null` stands for a field left out. */
export function parseCompletion(body: JsonObject): { asked: CompletionAsked } | { refusal: Refusal } {
  const { model, messages, stream = null, n = null, max_tokens = null, max_completion_tokens = null } = body;
  const refusal =
    spellingProblem(body) ??
    modelProblem(model) ??
    messagesProblem(messages) ??
    typeProblem('stream', stream, 'boolean') ??
    optionsProblem(body['stream_options']) ??
    toolsProblem(body['tools']) ??
    countProblem('n', n, CHOICES_MAX) ??
    countProblem('max_tokens', max_tokens, OUTPUT_TOKENS_MAX) ??
    countProblem('max_completion_tokens', max_completion_tokens, OUTPUT_TOKENS_MAX);
  if (refusal !== undefined) return { refusal };
  return {
    asked: {
      model: String(model),
      messages: Array.isArray(messages) ? messages : [],
      stream: stream === true,
      // Where a request names both, providers differ in which one they follow.
      outputTokensRequested: Math.max(Number(max_tokens ?? 0), Number(max_completion_tokens ?? 0)),
      choices: Number(n ?? 1),
    },
  };
}

function modelProblem(model: unknown): Refusal | undefined {
  if (model === undefined || model === null) return invalid('You must provide a model parameter.', 'model');
  if (typeof model !== 'string') return wrongType('model', 'a string', model);
  if (model.trim() === '') return invalid('You must provide a model parameter.', 'model');
  if (model.length <= MODEL_MAX_CHARACTERS) return undefined;
  return invalid(`Invalid 'model': a name has at most ${MODEL_MAX_CHARACTERS} characters.`, 'model');
}

function typeProblem(param: string, value: unknown, type: 'boolean'): Refusal | undefined {
  return value === null || typeof value === type ? undefined : wrongType(param, `a ${type}`, value);
}

function optionsProblem(options: unknown): Refusal | undefined {
  if (options === undefined || options === null || isJsonObject(options)) return undefined;
  return wrongType('stream_options', 'an object', options);
}

function toolsProblem(tools: unknown): Refusal | undefined {
  if (tools === undefined || tools === null) return undefined;
  if (!Array.isArray(tools)) return wrongType('tools', 'an array of objects', tools);
  const at = tools.findIndex((tool) => !isJsonObject(tool));
  return at === -1 ? undefined : wrongType(`tools[${at}]`, 'an object', tools[at]);
}

function countProblem(param: string, value: unknown, max: number): Refusal | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) return wrongType(param, 'an integer', value);
  if (value < 1) return invalid(`Invalid '${param}': expected a value of at least 1, but got ${value} instead.`, param);
  if (value > max)
    return invalid(`Invalid '${param}': expected a value of at most ${max}, but got ${value} instead.`, param);
  return undefined;
}

function wrongType(param: string, expected: string, value: unknown): Refusal {
  return invalid(`Invalid type for '${param}': expected ${expected}, but got ${nameOfType(value)} instead.`, param);
}
