import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { wrongType } from '../../ask/problems.ts';

/** As many texts as OpenAI takes at once. */
const TEXTS_MAX = 2_048;

/**
 * What is wrong with one or more texts, each as text or as tokens; undefined where nothing is. `param` is the field that
 * holds them.
 */
export function textsProblem(value: unknown, param: string): Refusal | undefined {
  if (typeof value === 'string') return undefined;
  const expected = 'a string, an array of strings, or arrays of tokens';
  if (!Array.isArray(value)) return wrongType(param, expected, value);
  if (value.length === 0) return invalid(`Invalid '${param}': empty array. Expected at least one item.`, param);
  if (isTokens(value)) return undefined;
  if (value.length > TEXTS_MAX) {
    return invalid(`Invalid '${param}': expected at most ${TEXTS_MAX} items, but got ${value.length}.`, param);
  }
  const at = value.findIndex((item) => typeof item !== 'string' && !(Array.isArray(item) && isTokens(item)));
  return at === -1 ? undefined : wrongType(`${param}[${at}]`, 'a string or an array of tokens', value[at]);
}

/** How many texts there are. */
export function countTexts(value: unknown): number {
  return Array.isArray(value) && !isTokens(value) ? value.length : 1;
}

/** A prompt may be left out: the model begins a document then. */
export function promptProblem(prompt: unknown): Refusal | undefined {
  return prompt === undefined || prompt === null ? undefined : textsProblem(prompt, 'prompt');
}

export function countPrompts(prompt: unknown): number {
  return countTexts(prompt);
}

function isTokens(items: readonly unknown[]): boolean {
  return items.length > 0 && items.every((item) => typeof item === 'number' && Number.isInteger(item) && item >= 0);
}
