import assert from 'node:assert/strict';
import { userPayer } from '#contracts/payer.ts';
import { admitted, charged, credited, debited, expired, used } from '#testkit/events.ts';
import { describe, test } from '#testkit/test.ts';
import { openAccount } from './account.ts';
import { emptyBooks, foldEvent } from './books.ts';
import { Contradiction } from './contradiction.ts';
import type { AccountEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { type Hold, type HoldEventType, type HoldOutcome, type HoldState, holdTransitions } from './hold.ts';

const payer = userPayer('u');
const hold: Hold = {
  requestId: 'r',
  userId: 'u',
  payer,
  holdNanoUsd: 100n,
  reservations: [],
  position: 2,
  expiresAtMs: 9_000,
  state: 'open',
};

const holds: Record<HoldState, Hold | undefined> = {
  absent: undefined,
  open: hold,
  metered: { ...hold, state: 'metered' },
};

const at = <T extends object>(event: T, position = 7): T & { position: number } => ({ ...event, position });

const events: Record<HoldEventType, AccountEvent> = {
  RequestAdmitted: at(admitted({ requestId: 'r', userId: 'u', holdNanoUsd: 100n, admittedAtMs: 60_000 })),
  UsageRecorded: at(used({ requestId: 'r', userId: 'u' })),
  ChargePosted: at(charged({ requestId: 'r', userId: 'u', amountNanoUsd: 30n, holdNanoUsd: 100n })),
  HoldExpired: at(expired({ requestId: 'r', userId: 'u', holdNanoUsd: 100n })),
};

/** What each outcome makes of an account that has 1,000 credited and this hold, if there is one, as its only hold. */
const effects: Record<Exclude<HoldOutcome, 'contradiction'>, { state: HoldState; held: bigint; charged: bigint }> = {
  place: { state: 'open', held: 100n, charged: 0n },
  meter: { state: 'metered', held: 100n, charged: 0n },
  capture: { state: 'absent', held: 0n, charged: 30n },
  release: { state: 'absent', held: 0n, charged: 0n },
};

const account = {
  ...openAccount(payer),
  creditedNanoUsd: 1_000n,
};

describe('the transitions of a hold', () => {
  for (const [state, row] of Object.entries(holdTransitions) as [HoldState, (typeof holdTransitions)[HoldState]][]) {
    for (const [type, outcome] of Object.entries(row) as [HoldEventType, HoldOutcome][]) {
      test(`${state}: ${type} is ${outcome === 'contradiction' ? 'a contradiction' : `to ${outcome} it`}`, () => {
        const before = { account: { ...account, heldNanoUsd: holds[state]?.holdNanoUsd ?? 0n }, hold: holds[state] };
        if (outcome === 'contradiction') {
          assert.throws(() => evolve(before, events[type]), Contradiction);
          return;
        }
        const after = evolve(before, events[type]);
        assert.deepEqual(
          {
            state: after.hold?.state ?? 'absent',
            held: after.account?.heldNanoUsd,
            charged: after.account?.chargedNanoUsd,
          },
          effects[outcome],
        );
      });
    }
  }
});

test('a charge that names no payer, as an earlier version wrote it, is of whoever pays for its hold', () => {
  const team = { kind: 'team', id: 't' } as const;
  const before = {
    account: { ...openAccount(team), creditedNanoUsd: 1_000n, heldNanoUsd: 100n },
    hold: { ...hold, payer: team, state: 'metered' as const },
  };
  const after = evolve(before, events.ChargePosted);
  assert.deepEqual(
    [after.hold, after.account?.payer, after.account?.heldNanoUsd, after.account?.chargedNanoUsd],
    [undefined, team, 0n, 30n],
  );
});

describe('a log that contradicts itself', () => {
  const open = { account: { ...account, heldNanoUsd: 100n }, hold };

  test('says where and how', () => {
    assert.throws(() => evolve({ account, hold: undefined }, events.ChargePosted), {
      name: 'Contradiction',
      message:
        'contradiction in the log at position 7, ChargePosted: request r has no hold: it was never admitted, or is over already',
    });
  });

  test('is one that charges more than the hold', () => {
    const event = at(charged({ requestId: 'r', userId: 'u', amountNanoUsd: 101n, holdNanoUsd: 100n }));
    assert.throws(
      () => evolve({ ...open, hold: { ...hold, state: 'metered' } }, event),
      /101 nano-USD from a hold of 100/,
    );
  });

  test("is one that ends another user's hold", () => {
    const event = at(expired({ requestId: 'r', userId: 'v', holdNanoUsd: 100n }));
    assert.throws(() => evolve({ account, hold }, event), /request r is user u's, not user v's/);
  });

  test('is one that charges another payer than the one whose money is held', () => {
    const told = { requestId: 'r', userId: 'u', amountNanoUsd: 1n, holdNanoUsd: 100n, payerKind: 'team', payerId: 't' };
    assert.throws(
      () => evolve({ ...open, hold: { ...hold, state: 'metered' } }, at(charged(told))),
      /team:t is charged for a hold of user:u/,
    );
  });

  test('is one that credits, debits or reserves nothing, or debits where there never was money', () => {
    const none = { account: undefined, hold: undefined };
    assert.throws(() => evolve(none, at(credited('u', 0n))), /a credit of 0 nano-USD/);
    assert.throws(() => evolve({ account, hold: undefined }, at(debited(payer, 0n))), /a debit of 0 nano-USD/);
    assert.throws(() => evolve(none, at(debited(payer, 1n))), /there is no money to debit/);
    const reservation = {
      limitId: 'l',
      generation: 1,
      windowStartMs: '0',
      unit: 'tokens',
      amount: '0',
      provider: '',
      kind: 'hard',
    };
    const nothing = admitted({ requestId: 's', userId: 'u' });
    const data = { ...nothing.data, reservations: [reservation] };
    assert.throws(
      () => foldEvent(emptyBooks(), at({ ...nothing, data })),
      /a reservation of 0 tokens on the limit l of nothing/,
    );
  });
});
