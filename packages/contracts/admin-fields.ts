import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { NANO_PER_USD } from '#money/nano-usd.ts';

/*
 * What an operator may write, over HTTP and over gRPC: the one table of these bounds. The ingress looks first and names the
 * field as its caller wrote it (`http`); accounts decides by the same bounds and names its own field (`rpc`).
 * An optional field that is left out is empty, or 0, and has no bound.
 */

interface FieldNames {
  readonly http: string;
  readonly rpc: string;
}

export interface TextField extends FieldNames {
  /** In UTF-16 code units. At least one has to be there, and more than blanks. */
  readonly charsMax: number;
  readonly isAscii?: true;
}

export interface CountField extends FieldNames {
  readonly min: number;
  readonly max: number;
}

interface AmountField extends FieldNames {
  readonly minNanoUsd: bigint;
  readonly maxNanoUsd: bigint;
}

/** Longer than any name that is written on one line. */
const NAME_CHARS_MAX = 200;

export const userName: TextField = { http: 'name', rpc: 'name', charsMax: NAME_CHARS_MAX };

/** A mail server takes a path of 256 characters with its two brackets (RFC 5321), so no longer address gets mail. */
export const email: TextField = { http: 'email', rpc: 'email', charsMax: 254 };

/** More than one gateway serves in a minute: a higher quota would never be met. */
export const requestsPerMinute: CountField = {
  http: 'requests_per_minute',
  rpc: 'requests_per_minute',
  min: 0,
  max: 1_000_000,
};

/**
 * From a hundredth of the provider's price to a hundred times it, as the setting of that name: what is beyond is a slip of
 * the unit, such as percent for a factor. Who is to pay nothing gets a credit, so that his usage stays on the books.
 */
export const multiplier: CountField = {
  http: 'multiplier',
  rpc: 'multiplier_basis_points',
  min: 100,
  max: 1_000_000,
};

/** Up to a million USD: a top-up beyond it is a slip of the unit, and two credits can make it up if it is none. */
export const creditAmount: AmountField = {
  http: 'amount_usd',
  rpc: 'amount_nano_usd',
  minNanoUsd: 1n,
  maxNanoUsd: 1_000_000n * NANO_PER_USD,
};

/** A sentence or an invoice number; what explains more belongs where the reason points to. */
export const creditReason: TextField = { http: 'reason', rpc: 'reason', charsMax: 500 };

export const keyName: TextField = { http: 'name', rpc: 'name', charsMax: NAME_CHARS_MAX };

/** An id has 36; whatever else names nobody is looked up in vain, and not repeated in an error at any length. */
export const userId: TextField = { http: 'user_id', rpc: 'user_id', charsMax: 64 };

/** As much as other APIs take, and more than a UUID or an invoice number. ASCII, since it travels as an HTTP header. */
export const idempotencyKey: TextField = {
  http: 'Idempotency-Key',
  rpc: 'idempotency_key',
  charsMax: 255,
  isAscii: true,
};

const afterUserId: FieldNames = { http: 'after', rpc: 'after_user_id' };

/** What accounts calls otherwise than the caller of the ingress. */
const httpNames: ReadonlyMap<string, string> = new Map(
  [multiplier, creditAmount, idempotencyKey, afterUserId].map(({ http, rpc }) => [rpc, http]),
);

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

/** One @ with something on both sides. Only a mail that arrives can prove more. */
const PLAUSIBLE_EMAIL = /^[^\s@]+@[^\s@]+$/u;

export function emailProblem(text: string, param: string): Refusal | undefined {
  const problem = textProblem(email, text, param);
  if (problem !== undefined || PLAUSIBLE_EMAIL.test(text)) return problem;
  return invalid(`'${param}' must be an e-mail address.`, param);
}

export function countProblem({ min, max }: CountField, value: unknown, param: string): Refusal | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return undefined;
  return invalid(`'${param}' must be a whole number from ${min} to ${max}.`, param);
}

export function creditProblem(amountNanoUsd: bigint, param: string): Refusal | undefined {
  const { minNanoUsd, maxNanoUsd } = creditAmount;
  if (amountNanoUsd >= minNanoUsd && amountNanoUsd <= maxNanoUsd) return undefined;
  return invalid(`'${param}' must be more than 0 and at most ${maxNanoUsd / NANO_PER_USD} USD.`, param);
}

/** A refusal of accounts in the words of the ingress' caller, who never sent a field `multiplier_basis_points`. */
export function asCallerWrote(refusal: Refusal): Refusal {
  const { param, message } = refusal;
  const http = param === undefined ? undefined : httpNames.get(param);
  if (http === undefined) return refusal;
  return { ...refusal, param: http, message: message.replaceAll(`'${param}'`, `'${http}'`) };
}
