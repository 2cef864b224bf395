import { createFairQueue, type FairQueue, type Ticket } from './fair-queue.ts';
import { createWaiters } from './waiters.ts';

/** How many calls a provider takes at a time, all its accounts together and each. */
export interface PlaceLimits {
  readonly callsMax: number;
  /** How many may wait, all accounts together. */
  readonly waitingMax: number;
  readonly accounts: ReadonlyMap<string, { readonly callsMax: number }>;
}

interface AccountPlaces<T> {
  inFlight: number;
  readonly queue: FairQueue<T>;
}

/**
 * The places of a provider's calls, and who waits for one. Nobody waits at an account while there is a place for them: whoever
 * gives back a place, or widens the limits, is told who has one now.
 */
export interface Places<T> {
  /** Takes a place, if there is one. */
  take(account: string): boolean;
  hasPlace(account: string): boolean;
  /**
   * Waits for a place. Returns who need not wait any more: where as many wait as may, the user with the most gives way to one that
   * has fewer. null: too many do.
   */
  wait(account: string, ticket: Ticket<T>): readonly Ticket<T>[] | null;
  /** Waits no more. `false`: it does not wait. */
  leave(account: string, ticket: Ticket<T>): boolean;
  /** A call has ended. Returns those that have a place now. */
  release(account: string): readonly Ticket<T>[];
  /** Returns those that have a place now, and those that need not wait any more: their account is gone. */
  resize(limits: PlaceLimits): { readonly served: readonly Ticket<T>[]; readonly dismissed: readonly Ticket<T>[] };
  inFlight(): number;
  waiting(): number;
}

export function createPlaces<T>(first: PlaceLimits): Places<T> {
  let limits = first;
  let inFlight = 0;
  const waiters = createWaiters();
  /** In the order of their turns. */
  const accounts = new Map<string, AccountPlaces<T>>();

  function placesOf(account: string): AccountPlaces<T> {
    const known = accounts.get(account);
    if (known !== undefined) return known;
    const fresh = { inFlight: 0, queue: createFairQueue<T>() };
    accounts.set(account, fresh);
    return fresh;
  }

  function hasPlace(account: string): boolean {
    const callsMax = limits.accounts.get(account)?.callsMax ?? 0;
    return inFlight < limits.callsMax && (accounts.get(account)?.inFlight ?? 0) < callsMax;
  }

  function occupy(account: string): void {
    inFlight += 1;
    placesOf(account).inFlight += 1;
  }

  /** Gives what places there are to those that wait, by accounts in turn. */
  function serve(): readonly Ticket<T>[] {
    const served: Ticket<T>[] = [];
    for (;;) {
      const account = waiters.size() > 0 ? nextServable(accounts, hasPlace) : undefined;
      const ticket = account === undefined ? undefined : placesOf(account).queue.shift();
      if (account === undefined || ticket === undefined) return served;
      waiters.leave(ticket.userId);
      occupy(account);
      served.push(ticket);
    }
  }

  function makeRoomFor(userId: string): readonly Ticket<T>[] | null {
    const other = waiters.whoGivesWayTo(userId);
    const newest = other === undefined ? undefined : dropNewest(accounts, other);
    if (newest === undefined) return null;
    waiters.leave(newest.userId);
    return [newest];
  }

  return {
    hasPlace,
    take(account) {
      if (!hasPlace(account)) return false;
      occupy(account);
      return true;
    },
    wait(account, ticket) {
      if (!limits.accounts.has(account)) return null;
      const gaveWay = waiters.size() < limits.waitingMax ? [] : makeRoomFor(ticket.userId);
      if (gaveWay === null) return null;
      placesOf(account).queue.push(ticket);
      waiters.enter(ticket.userId);
      return gaveWay;
    },
    leave(account, ticket) {
      if (accounts.get(account)?.queue.remove(ticket) !== true) return false;
      waiters.leave(ticket.userId);
      return true;
    },
    release(account) {
      const places = placesOf(account);
      inFlight -= 1;
      places.inFlight -= 1;
      if (places.inFlight === 0 && places.queue.size() === 0 && !limits.accounts.has(account)) accounts.delete(account);
      return serve();
    },
    resize(next) {
      limits = next;
      const gone = waitingInVain(accounts, limits);
      for (const { userId } of gone) waiters.leave(userId);
      return { served: serve(), dismissed: gone };
    },
    inFlight: () => inFlight,
    waiting: waiters.size,
  };
}

/** The next account with somebody who could have a place. Its next turn comes after the others'. */
function nextServable<T>(
  accounts: Map<string, AccountPlaces<T>>,
  hasPlace: (account: string) => boolean,
): string | undefined {
  for (const [account, places] of accounts) {
    if (places.queue.size() === 0 || !hasPlace(account)) continue;
    accounts.delete(account);
    accounts.set(account, places);
    return account;
  }
  return undefined;
}

/** Takes those out that wait at an account that is gone. */
function waitingInVain<T>(accounts: ReadonlyMap<string, AccountPlaces<T>>, limits: PlaceLimits): readonly Ticket<T>[] {
  const gone: Ticket<T>[] = [];
  for (const [account, { queue }] of accounts) {
    if (limits.accounts.has(account)) continue;
    for (let ticket = queue.shift(); ticket !== undefined; ticket = queue.shift()) gone.push(ticket);
  }
  return gone;
}

function dropNewest<T>(accounts: ReadonlyMap<string, AccountPlaces<T>>, userId: string): Ticket<T> | undefined {
  for (const { queue } of accounts.values()) {
    const newest = queue.dropNewest(userId);
    if (newest !== undefined) return newest;
  }
  return undefined;
}
