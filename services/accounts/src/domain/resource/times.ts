import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { timeMs } from '#kernel/time-text.ts';

/** Why a time at which something ends can't be set; one that is passed already may stay. Empty: never. */
export function expiryProblem(
  next: string,
  before: string | undefined,
  nowMs: number,
  param: string,
): Refusal | undefined {
  if (next === '' || next === before || timeMs(next) > nowMs) return undefined;
  return invalid(`'${param}' must be a time to come.`, param);
}
