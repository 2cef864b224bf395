import type { Payer } from '#contracts/admin-needs.ts';
import { type ReadDependencies, readResource } from './read-resources.ts';

/** What people call a payer; empty: it has no name, or is not there any more. */
export type NameOf = (payer: Payer) => Promise<string>;

/** Reads names from the tables, with users' names open. */
export function createNameOf({ pool, logger }: ReadDependencies): NameOf {
  return async ({ kind, id }) => {
    const found = await readResource({ pool, logger }, kind, id);
    if (found === undefined || !('name' in found.resource.value)) return '';
    return found.resource.value.name;
  };
}
