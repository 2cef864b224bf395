import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { ListClauses } from './list-clauses.ts';
import { type FoundResource, type ReadDependencies, readPage } from './read-resources.ts';

/** So many users are opened at once: some milliseconds of decryption, between which others have their turn. */
const STEP_ROWS = 1_000;
/** So many are opened for one answer at most: a second's work. */
const OPENED_MAX = 100_000;

/**
 * The first users of a list whose name or e-mail has a part, or whose id begins with it. Names are sealed under a key of each user's
 * own, so no index can know them: the list is read in its order and opened. Throws `invalid_request` where that would be too many.
 */
export async function searchUsers(
  dependencies: ReadDependencies,
  /** The list behind an id; "": from its beginning. */
  clausesBehind: (id: string) => ListClauses,
  { part, after, rowsMax }: { readonly part: string; readonly after: string; readonly rowsMax: number },
): Promise<readonly FoundResource[]> {
  const wanted = part.toLowerCase();
  const found: FoundResource[] = [];
  let place = after;
  for (let opened = 0; opened < OPENED_MAX; opened += STEP_ROWS) {
    const step = await readPage(dependencies, clausesBehind(place), STEP_ROWS);
    found.push(...step.filter(({ resource }) => resource.case === 'user' && has(resource.value, wanted)));
    const last = step.at(-1);
    if (found.length >= rowsMax || step.length < STEP_ROWS || last === undefined) return found.slice(0, rowsMax);
    place = last.resource.value.id;
  }
  const message = `More than ${OPENED_MAX} users would be looked through: filter by 'email', 'team_id' or 'status' as well.`;
  throw new Fault(invalid(message, 'search'));
}

interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

function has({ id, name, email }: Person, part: string): boolean {
  return name.toLowerCase().includes(part) || email.toLowerCase().includes(part) || id.toLowerCase().startsWith(part);
}
