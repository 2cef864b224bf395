import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { NANO_PER_USD } from '#money/nano-usd.ts';

/* Bounds that the options of a field cannot say, or that hold outside administration as well. */

interface TextField {
  /** In UTF-16 code units. At least one has to be there, and more than blanks. */
  readonly charsMax: number;
  readonly isAscii?: true;
}

interface AmountField {
  readonly minNanoUsd: bigint;
  readonly maxNanoUsd: bigint;
}

/**
 * In basis points: from a hundredth of the provider's price to a hundred times it. What is beyond is a slip of the unit, such as
 * percent for a factor. A user who is to pay nothing gets a credit, so that the usage stays on the books.
 */
export const multiplier = { min: 100, max: 1_000_000 } as const;

/** Up to a million USD: a top-up beyond it is a slip of the unit, and two credits can make it up if it is none. */
export const creditAmount: AmountField = {
  minNanoUsd: 1n,
  maxNanoUsd: 1_000_000n * NANO_PER_USD,
};

/** A sentence or an invoice number; what explains more belongs where the reason points to. */
export const creditReason: TextField = { charsMax: 500 };

/** As much as other APIs take, and more than a UUID or an invoice number. ASCII, since it travels as an HTTP header. */
export const idempotencyKey: TextField = {
  charsMax: 255,
  isAscii: true,
};

/**
 * Why a text may not enter the log; undefined: it may. Control characters and broken surrogates are refused since
 * PostgreSQL can't hold NUL in a text: an event with one would stop every projection that keeps the field.
 */
export function textProblem({ charsMax, isAscii }: TextField, text: string, param: string): Refusal | undefined {
  if (text.length > charsMax) return invalid(`'${param}' may have at most ${charsMax} characters.`, param);
  if (text.trim() === '') return invalid(`'${param}' must not be empty.`, param);
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) {
    return invalid(`'${param}' must not contain control characters or broken Unicode.`, param);
  }
  if (isAscii && !/^[\x20-\x7e]*$/.test(text)) return invalid(`'${param}' must be printable ASCII.`, param);
  return undefined;
}

export function creditProblem(amountNanoUsd: bigint, param: string): Refusal | undefined {
  const { minNanoUsd, maxNanoUsd } = creditAmount;
  if (amountNanoUsd >= minNanoUsd && amountNanoUsd <= maxNanoUsd) return undefined;
  return invalid(`'${param}' must be more than 0 and at most ${maxNanoUsd / NANO_PER_USD} USD.`, param);
}
