import type { Refusal } from '#errors/error-table.ts';

/** What no hold could bound the cost of. */
export function notPriced(param: string, why: string): Refusal {
  return {
    code: 'feature_not_priced',
    message: `'${param}' asks for something this gateway cannot bill exactly: ${why}.`,
    param,
  };
}
