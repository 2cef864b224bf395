import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';

export interface TextBounds {
  /** The request's field, as the client wrote it. */
  readonly param: string;
  readonly charsMin: number;
  /** In UTF-16 code units. */
  readonly charsMax: number;
}

/**
 * Why a text may not enter the log; undefined: it may. Control characters and broken surrogates are refused since
 * PostgreSQL can't hold NUL in a text: an event with one would stop every projection that keeps the field.
 */
export function textProblem(text: string, { param, charsMin, charsMax }: TextBounds): Refusal | undefined {
  if (text.length > charsMax) return invalid(`${param} may have at most ${charsMax} characters.`, param);
  if (text.length < charsMin || (charsMin > 0 && text.trim() === ''))
    return invalid(`${param} must not be empty.`, param);
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) {
    return invalid(`${param} must not contain control characters or broken Unicode.`, param);
  }
  return undefined;
}
