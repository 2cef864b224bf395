import type { Refusal } from '#errors/error-table.ts';

/** A refusal of what the state does not allow. */
export function conflict(message: string, param?: string): Refusal {
  return { code: 'conflict', message, ...(param === undefined ? {} : { param }) };
}
