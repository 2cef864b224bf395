import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject } from '#kernel/json.ts';

const MODEL_MAX_CHARACTERS = 256;

/** What the contract's 32 bits hold, and more than any model writes. */
export const OUTPUT_TOKENS_MAX = 2 ** 31 - 1;

/** What is wrong with a request's model; undefined where nothing is. */
export function modelProblem(model: unknown): Refusal | undefined {
  if (model === undefined || model === null) return invalid('You must provide a model parameter.', 'model');
  if (typeof model !== 'string') return wrongType('model', 'a string', model);
  if (model.trim() === '') return invalid('You must provide a model parameter.', 'model');
  if (model.length <= MODEL_MAX_CHARACTERS) return undefined;
  return invalid(`Invalid 'model': a name has at most ${MODEL_MAX_CHARACTERS} characters.`, 'model');
}

/** `null` stands for a field left out. */
export function typeProblem(param: string, value: unknown, type: 'boolean' | 'string'): Refusal | undefined {
  return value === undefined || value === null || typeof value === type
    ? undefined
    : wrongType(param, `a ${type}`, value);
}

export function objectProblem(param: string, value: unknown): Refusal | undefined {
  return value === undefined || value === null || isJsonObject(value)
    ? undefined
    : wrongType(param, 'an object', value);
}

export function objectsProblem(param: string, value: unknown): Refusal | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) return wrongType(param, 'an array of objects', value);
  const at = value.findIndex((item) => !isJsonObject(item));
  return at === -1 ? undefined : wrongType(`${param}[${at}]`, 'an object', value[at]);
}

/** A whole number of at least 1. */
export function countProblem(param: string, value: unknown, max: number): Refusal | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) return wrongType(param, 'an integer', value);
  if (value < 1) return invalid(`Invalid '${param}': expected a value of at least 1, but got ${value} instead.`, param);
  if (value > max)
    return invalid(`Invalid '${param}': expected a value of at most ${max}, but got ${value} instead.`, param);
  return undefined;
}

export function wrongType(param: string, expected: string, value: unknown): Refusal {
  return invalid(`Invalid type for '${param}': expected ${expected}, but got ${nameOfType(value)} instead.`, param);
}

/** Something that no price covers, so that no hold could bound its cost. */
export function notPriced(param: string, why: string): Refusal {
  return {
    code: 'feature_not_priced',
    message: `'${param}' asks for something this gateway cannot bill exactly: ${why}.`,
    param,
  };
}

/** Whether a field asks for anything. */
export function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return !(Array.isArray(value) && value.length === 0);
}

/** The JSON type of a value with its article, for a message. */
function nameOfType(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
