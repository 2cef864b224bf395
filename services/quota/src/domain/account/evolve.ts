import { payerKey, payerOf } from '#contracts/payer.ts';
import { unreachable } from '#kernel/unreachable.ts';
import { reservationFromEvent } from '../limit/reservation.ts';
import { type Account, openAccount } from './account.ts';
import { Contradiction } from './contradiction.ts';
import type { AccountEvent, AccountEventOf } from './events.ts';
import { type Hold, type HoldEventType, type HoldOutcome, type HoldState, holdTransitions } from './hold.ts';

/** What one event concerns: a payer's account, and the hold of its request where it has one. */
export interface AccountAndHold {
  readonly account: Account | undefined;
  readonly hold: Hold | undefined;
}

/**
 * The account and the hold after an event. Throws a `Contradiction` where the event cannot follow: no such hold, a hold that is
 * in the wrong state or another's, a charge above its hold, an amount of nothing.
 */
export function evolve({ account, hold }: AccountAndHold, event: AccountEvent): AccountAndHold {
  switch (event.type) {
    case 'BalanceCredited':
      return { account: credit(account ?? openAccount(payerOf(event.data)), event), hold };
    case 'BalanceDebited':
      return { account: debit(existing(account, event), event), hold };
    case 'RequestAdmitted':
      check(outcomeOf(hold, event), 'place', hold, event);
      return place(account ?? openAccount(payerOf(event.data)), event);
    case 'UsageRecorded':
      check(outcomeOf(hold, event), 'meter', hold, event);
      return { account, hold: { ...own(hold, event), state: 'metered' } };
    case 'ChargePosted':
      check(outcomeOf(hold, event), 'capture', hold, event);
      return { account: capture(account, own(hold, event), event), hold: undefined };
    case 'HoldExpired':
      check(outcomeOf(hold, event), 'release', hold, event);
      return { account: release(account, own(hold, event)), hold: undefined };
    default:
      return unreachable(event);
  }
}

function credit(account: Account, event: AccountEventOf<'BalanceCredited'>): Account {
  const amountNanoUsd = BigInt(event.data.amountNanoUsd);
  if (amountNanoUsd <= 0n) throw new Contradiction(event, `a credit of ${amountNanoUsd} nano-USD`);
  return { ...account, creditedNanoUsd: account.creditedNanoUsd + amountNanoUsd };
}

function debit(account: Account, event: AccountEventOf<'BalanceDebited'>): Account {
  const amountNanoUsd = BigInt(event.data.amountNanoUsd);
  if (amountNanoUsd <= 0n) throw new Contradiction(event, `a debit of ${amountNanoUsd} nano-USD`);
  return { ...account, debitedNanoUsd: account.debitedNanoUsd + amountNanoUsd };
}

function place(account: Account, event: AccountEventOf<'RequestAdmitted'>): AccountAndHold {
  const { requestId, userId } = event.data;
  const holdNanoUsd = BigInt(event.data.holdNanoUsd);
  if (holdNanoUsd < 0n) throw new Contradiction(event, `a hold of ${holdNanoUsd} nano-USD`);
  return {
    account: { ...account, heldNanoUsd: account.heldNanoUsd + holdNanoUsd },
    hold: {
      requestId,
      userId,
      payer: account.payer,
      holdNanoUsd,
      reservations: event.data.reservations.map(reservationFromEvent),
      position: event.position,
      expiresAtMs: Number(event.data.expiresAtMs),
      state: 'open',
    },
  };
}

/** The charge is taken from the hold; what is left of it goes back to the balance. */
function capture(account: Account | undefined, hold: Hold, event: AccountEventOf<'ChargePosted'>): Account {
  const amountNanoUsd = BigInt(event.data.amountNanoUsd);
  // A leader that knew no payers but users names none: it charges whoever pays for the hold.
  const [payer, charged] = [
    payerKey(hold.payer),
    payerKey(event.data.payerKind === '' ? hold.payer : payerOf(event.data)),
  ];
  if (payer !== charged) throw new Contradiction(event, `${charged} is charged for a hold of ${payer}`);
  if (amountNanoUsd < 0n || amountNanoUsd > hold.holdNanoUsd) {
    throw new Contradiction(
      event,
      `request ${hold.requestId} is charged ${amountNanoUsd} nano-USD from a hold of ${hold.holdNanoUsd}`,
    );
  }
  const released = release(account, hold);
  return { ...released, chargedNanoUsd: released.chargedNanoUsd + amountNanoUsd };
}

/** A payer without any money has no account, and holds of nothing. */
function release(found: Account | undefined, hold: Hold): Account {
  const account = found ?? openAccount(hold.payer);
  return { ...account, heldNanoUsd: account.heldNanoUsd - hold.holdNanoUsd };
}

function existing(account: Account | undefined, event: AccountEventOf<'BalanceDebited'>): Account {
  if (account !== undefined) return account;
  throw new Contradiction(event, 'there is no money to debit');
}

/** The hold of the event's own user. */
function own(hold: Hold | undefined, event: AccountEventOf<HoldEventType>): Hold {
  const { requestId, userId } = event.data;
  if (hold === undefined) throw new Contradiction(event, `request ${requestId} has no hold`);
  if (hold.userId !== userId) {
    throw new Contradiction(event, `request ${requestId} is user ${hold.userId}'s, not user ${userId}'s`);
  }
  return hold;
}

function outcomeOf(hold: Hold | undefined, event: AccountEventOf<HoldEventType>): HoldOutcome {
  return holdTransitions[stateOf(hold)][event.type];
}

function stateOf(hold: Hold | undefined): HoldState {
  return hold?.state ?? 'absent';
}

function check(
  outcome: HoldOutcome,
  expected: HoldOutcome,
  hold: Hold | undefined,
  event: AccountEventOf<HoldEventType>,
): void {
  if (outcome === expected) return;
  throw new Contradiction(event, `request ${event.data.requestId} ${standing[stateOf(hold)]}`);
}

const standing: Record<HoldState, string> = {
  absent: 'has no hold: it was never admitted, or is over already',
  open: 'has an open hold and no usage on record',
  metered: 'has its usage on record and waits for its charge',
};
