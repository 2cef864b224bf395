import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

/** A page of users with personal data stays around a megabyte. */
const PAGE_MAX = 1_000;
const PAGE_DEFAULT = 100;

/** How many a page has. Throws `invalid_request` for more than one may have. */
export function pageLimit(limit: number): number {
  if (limit > PAGE_MAX) throw new Fault(invalid(`'limit' must be a whole number from 1 to ${PAGE_MAX}.`, 'limit'));
  return limit === 0 ? PAGE_DEFAULT : limit;
}
