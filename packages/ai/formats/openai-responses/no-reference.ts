import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';

/** An item by its id, which would be one of whoever has an account with the provider. */
export function noReference(param: string): Refusal {
  return invalid('The gateway keeps no items to refer to: send the item itself, or previous_response_id.', param);
}
