import { asObject, type JsonObject } from '#kernel/json.ts';
import { type KeptNumber, keptNumber } from './kept-number.ts';

/** Every number of so many significant digits comes out of a double as it went in. */
const EXACT_DIGITS = 15;
/**
 * What a number that loses digits looks like: sixteen digits and points where a number can begin, or an exponent of two
 * digits where one can end. So the hexadecimal digits of an id do not look so. Other text within strings may: then the slow
 * way is taken for nothing.
 */
const mayLoseDigits = /(?:^|[\s:,[-])\d[\d.]{15}|\d[eE][+-]?\d{2,}(?:[\s,\]}]|$)/;
/** Everything of a number but its significant digits. */
const insignificant = /^-?[0.]*|\.|[eE].*$/g;

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * Parses JSON so that numbers keep their digits: one that a double would change (more than 15 significant digits, beyond
 * the largest, below the smallest) becomes a `KeptNumber`, which `JSON.stringify` and `writeJson` print as it was written.
 * Throws a SyntaxError for what is no JSON.
 */
export function parseKeptDigits(text: string): unknown {
  if (!mayLoseDigits.test(text)) return JSON.parse(text);
  const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;
  return parse(text, (_key, value, { source }) => (typeof value === 'number' ? kept(value, source) : value));
}

/** The text as a JSON object, with the digits of its numbers; null if it is not JSON or not an object. */
export function parseObjectKeptDigits(text: string): JsonObject | null {
  try {
    return asObject(parseKeptDigits(text));
  } catch {
    return null;
  }
}

function kept(value: number, source: string | undefined): number | KeptNumber {
  if (source === undefined) return value;
  const isOrdinary = Number.isFinite(value) && value !== 0;
  if (isOrdinary && source.length <= EXACT_DIGITS) return value;
  const digits = source.replaceAll(insignificant, '');
  if (!isOrdinary) return digits === '' ? value : keptNumber(source);
  return digits.length > EXACT_DIGITS && String(value) !== source ? keptNumber(source) : value;
}
