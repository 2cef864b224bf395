import type { Payer } from '#contracts/admin-needs.ts';
import { payerKey, payerOf } from '#contracts/payer.ts';
import type { Counter } from '../limit/counter.ts';
import type { LimitCounters } from '../limit/limit-counters.ts';
import { type Account, isBlank } from './account.ts';
import type { AccountEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { evolveCounters } from './evolve-counters.ts';
import type { Hold } from './hold.ts';

/**
 * Accounts by payer (`payerKey`), holds that are not over by request, and counters by limit: all there are, or those a batch of
 * events concerns.
 */
export interface Books {
  readonly accounts: Map<string, Account>;
  readonly holds: Map<string, Hold>;
  readonly counters: Map<string, LimitCounters>;
}

export function emptyBooks(): Books {
  return { accounts: new Map(), holds: new Map(), counters: new Map() };
}

/** What an event made of the books. */
export interface Folded {
  /** Its hold. Undefined before: placed; undefined after: over. */
  readonly before: Hold | undefined;
  readonly after: Hold | undefined;
  /** The counters of the reservations it ended, by limit. */
  readonly ended: ReadonlyMap<string, Counter>;
}

/**
 * Folds one event into the books. Throws a `Contradiction` with the books as
 * they were.
 */
export function foldEvent(books: Books, event: AccountEvent): Folded {
  const { accounts, holds, counters } = books;
  const requestId = 'requestId' in event.data ? event.data.requestId : undefined;
  const before = requestId === undefined ? undefined : holds.get(requestId);
  const payer = payerIn(event) ?? before?.payer;
  const key = payer === undefined ? undefined : payerKey(payer);
  const { account, hold } = evolve({ account: key === undefined ? undefined : accounts.get(key), hold: before }, event);
  const { changed, ended } = evolveCounters(counters, event, before ?? hold);
  if (account !== undefined && key !== undefined) {
    if (isBlank(account)) accounts.delete(key);
    else accounts.set(key, account);
  }
  if (requestId !== undefined && hold !== before) {
    if (hold === undefined) holds.delete(requestId);
    else holds.set(requestId, hold);
  }
  for (const [limitId, after] of changed) counters.set(limitId, after);
  return { before, after: hold, ended };
}

/** Whose money an event says it moves; undefined: that of its hold's payer, or none. */
export function payerIn(event: AccountEvent): Payer | undefined {
  switch (event.type) {
    case 'BalanceCredited':
    case 'RequestAdmitted':
      return payerOf(event.data);
    case 'BalanceDebited':
      return { kind: event.data.payer.kind as Payer['kind'], id: event.data.payer.id };
    default:
      return undefined;
  }
}
