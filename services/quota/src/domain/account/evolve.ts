import { unreachable } from '#kernel/unreachable.ts';
import { type Account, openAccount } from './account.ts';
import { Contradiction } from './contradiction.ts';
import type { AccountEvent } from './events.ts';
import { type Hold, type HoldEventType, type HoldOutcome, type HoldState, holdTransitions } from './hold.ts';
import { countRequest } from './request-window.ts';

/** What one event concerns: a user's account, and the hold of its request where it has one. */
export interface AccountAndHold {
  readonly account: Account | undefined;
  readonly hold: Hold | undefined;
}

type Of<T extends AccountEvent['type']> = Extract<AccountEvent, { type: T }>;

/**
 * The account and the hold after an event. Throws a `Contradiction` where the event cannot follow: no such user, no such
 * hold, a hold that is in the wrong state or another's, a charge above its hold.
 */
export function evolve({ account, hold }: AccountAndHold, event: AccountEvent): AccountAndHold {
  switch (event.type) {
    case 'UserCreated':
      if (account !== undefined) throw new Contradiction(event, `user ${account.userId} exists already`);
      return { account: openAccount(event.data), hold };
    case 'BalanceCredited':
      return { account: credit(known(account, event), event), hold };
    case 'RequestAdmitted':
      check(outcomeOf(hold, event), 'place', hold, event);
      return place(known(account, event), event);
    case 'UsageRecorded':
      check(outcomeOf(hold, event), 'meter', hold, event);
      return { account, hold: { ...own(hold, event), state: 'metered' } };
    case 'ChargePosted':
      check(outcomeOf(hold, event), 'capture', hold, event);
      return { account: capture(known(account, event), own(hold, event), event), hold: undefined };
    case 'HoldExpired':
      check(outcomeOf(hold, event), 'release', hold, event);
      return { account: release(known(account, event), own(hold, event)), hold: undefined };
    default:
      return unreachable(event);
  }
}

function credit(account: Account, event: Of<'BalanceCredited'>): Account {
  const amountNanoUsd = BigInt(event.data.amountNanoUsd);
  if (amountNanoUsd <= 0n) throw new Contradiction(event, `a credit of ${amountNanoUsd} nano-USD`);
  return { ...account, creditedNanoUsd: account.creditedNanoUsd + amountNanoUsd };
}

function place(account: Account, event: Of<'RequestAdmitted'>): AccountAndHold {
  const { requestId, userId } = event.data;
  const holdNanoUsd = BigInt(event.data.holdNanoUsd);
  if (holdNanoUsd < 0n) throw new Contradiction(event, `a hold of ${holdNanoUsd} nano-USD`);
  return {
    account: {
      ...account,
      heldNanoUsd: account.heldNanoUsd + holdNanoUsd,
      window: countRequest(account.window, Number(event.data.admittedAtMs)),
    },
    hold: {
      requestId,
      userId,
      holdNanoUsd,
      position: event.position,
      expiresAtMs: Number(event.data.expiresAtMs),
      state: 'open',
    },
  };
}

/** The charge is taken from the hold; what is left of it goes back to the balance. */
function capture(account: Account, hold: Hold, event: Of<'ChargePosted'>): Account {
  const amountNanoUsd = BigInt(event.data.amountNanoUsd);
  if (amountNanoUsd < 0n || amountNanoUsd > hold.holdNanoUsd) {
    throw new Contradiction(
      event,
      `request ${hold.requestId} is charged ${amountNanoUsd} nano-USD from a hold of ${hold.holdNanoUsd}`,
    );
  }
  const released = release(account, hold);
  return { ...released, chargedNanoUsd: released.chargedNanoUsd + amountNanoUsd };
}

function release(account: Account, hold: Hold): Account {
  return { ...account, heldNanoUsd: account.heldNanoUsd - hold.holdNanoUsd };
}

function known(account: Account | undefined, event: AccountEvent): Account {
  if (account === undefined) throw new Contradiction(event, `there is no user ${event.data.userId}`);
  return account;
}

/** The hold of the event's own user. */
function own(hold: Hold | undefined, event: Of<HoldEventType>): Hold {
  const { requestId, userId } = event.data;
  if (hold === undefined) throw new Contradiction(event, `request ${requestId} has no hold`);
  if (hold.userId !== userId) {
    throw new Contradiction(event, `request ${requestId} is user ${hold.userId}'s, not user ${userId}'s`);
  }
  return hold;
}

function outcomeOf(hold: Hold | undefined, event: Of<HoldEventType>): HoldOutcome {
  return holdTransitions[stateOf(hold)][event.type];
}

function stateOf(hold: Hold | undefined): HoldState {
  return hold?.state ?? 'absent';
}

function check(outcome: HoldOutcome, expected: HoldOutcome, hold: Hold | undefined, event: Of<HoldEventType>): void {
  if (outcome === expected) return;
  throw new Contradiction(event, `request ${event.data.requestId} ${standing[stateOf(hold)]}`);
}

const standing: Record<HoldState, string> = {
  absent: 'has no hold: it was never admitted, or is over already',
  open: 'has an open hold and no usage on record',
  metered: 'has its usage on record and waits for its charge',
};
