import type { ErrorCode, Refusal } from './error-table.ts';

/** A refusal of bad input. `param` names the field as the caller wrote it. */
export function invalid(message: string, param?: string, code: ErrorCode = 'invalid_request'): Refusal {
  return { code, message, ...(param === undefined ? {} : { param }) };
}
