import type { UserView } from '#contracts/accounts.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { isId } from '../domain/is-id.ts';
import { type ReadDependencies, readUser, readUsers } from './read-users.ts';

/** A page with all its users' keys stays well below a megabyte. */
const PAGE_USERS_MAX = 1_000;

/** One user. Rejects with `not_found` where there is none. */
export async function getUser(dependencies: ReadDependencies, userId: string): Promise<UserView> {
  const user = isId(userId) ? await readUser(dependencies, userId) : undefined;
  if (user === undefined) throw new Fault({ code: 'not_found', message: 'There is no such user.', param: 'user_id' });
  return user;
}

/** The users after one, by id: from the first with an empty `afterUserId`. Rejects with `invalid_request`. */
export async function listUsers(
  dependencies: ReadDependencies,
  page: { readonly afterUserId: string; readonly limit: number },
): Promise<UserView[]> {
  const { afterUserId, limit } = page;
  if (afterUserId !== '' && !isId(afterUserId)) {
    throw new Fault(invalid("'after_user_id' must be the id of the last user of the page before.", 'after_user_id'));
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_USERS_MAX) {
    throw new Fault(invalid(`'limit' must be a whole number from 1 to ${PAGE_USERS_MAX}.`, 'limit'));
  }
  return readUsers(dependencies, page);
}
