import type { Account } from './account.ts';
import type { AccountEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { Hold } from './hold.ts';

/** Accounts by user and holds that are not over by request: all there are, or those a batch of events concerns. */
export interface Books {
  readonly accounts: Map<string, Account>;
  readonly holds: Map<string, Hold>;
}

export function emptyBooks(): Books {
  return { accounts: new Map(), holds: new Map() };
}

/**
 * Folds one event into the books and returns the hold before and after it. Throws a `Contradiction` with the books as
 * they were.
 */
export function foldEvent(books: Books, event: AccountEvent): { before: Hold | undefined; after: Hold | undefined } {
  const { userId } = event.data;
  const requestId = 'requestId' in event.data ? event.data.requestId : undefined;
  const before = requestId === undefined ? undefined : books.holds.get(requestId);
  const { account, hold } = evolve({ account: books.accounts.get(userId), hold: before }, event);
  if (account !== undefined) books.accounts.set(userId, account);
  if (requestId !== undefined && hold !== before) {
    if (hold === undefined) books.holds.delete(requestId);
    else books.holds.set(requestId, hold);
  }
  return { before, after: hold };
}
