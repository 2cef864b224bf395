import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { GatewayEvent } from '#contracts/events.ts';
import { fold } from '#decider/decider.ts';
import { given } from '#decider/given-when-then.ts';
import { test } from '#testkit/test.ts';
import type { CreditBalance } from './commands.ts';
import type { UserEvent } from './events.ts';
import { userDecider } from './user-decider.ts';

const created: UserEvent = {
  type: 'UserCreated',
  data: { userId: 'u1', sealedProfile: 's', requestsPerMinute: 0, multiplierBasisPoints: 0, createdAtMs: '1' },
};

const credit: CreditBalance = {
  type: 'CreditBalance',
  userId: 'u1',
  creditId: 'c1',
  amountNanoUsd: 10_000_000_000n,
  reason: 'invoice 7',
  nowMs: 5,
};

const credited: GatewayEvent<'BalanceCredited'> = {
  type: 'BalanceCredited',
  data: {
    userId: 'u1',
    creditId: 'c1',
    amountNanoUsd: '10000000000',
    reason: 'invoice 7',
    postings: [
      { account: 'customer:u1', amountNanoUsd: '10000000000' },
      { account: 'topups', amountNanoUsd: '-10000000000' },
    ],
    creditedAtMs: '5',
    payerKind: '',
    payerId: '',
    actor: '',
    actorRole: '',
    address: '',
  },
};

test('a credit moves money from the top-ups to the customer', () => {
  given(userDecider, [created]).when(credit).then([credited]);
});

test('a user that does not exist cannot be credited', () => {
  given(userDecider, []).when(credit).thenRefused('not_found');
});

test('the same credit again credits nothing', () => {
  given(userDecider, [created, credited])
    .when({ ...credit, nowMs: 99 })
    .then([]);
});

test('the same credit with another amount or reason is refused', () => {
  given(userDecider, [created, credited])
    .when({ ...credit, amountNanoUsd: 1n })
    .thenRefused('idempotency_key_reused');
  given(userDecider, [created, credited])
    .when({ ...credit, reason: 'other' })
    .thenRefused('idempotency_key_reused');
});

test('an amount of nothing, less, or more than a million USD is refused', () => {
  const user = given(userDecider, [created]);
  user.when({ ...credit, amountNanoUsd: 0n }).thenRefused('invalid_request');
  user.when({ ...credit, amountNanoUsd: -1n }).thenRefused('invalid_request');
  user.when({ ...credit, amountNanoUsd: 10n ** 15n + 1n }).thenRefused('invalid_request');
  user.when({ ...credit, reason: 'a\u0000' }).thenRefused('invalid_request');
  user.when({ ...credit, reason: 'x'.repeat(501) }).thenRefused('invalid_request');
});

test('the credits of a user stop at a billion USD, far from where sums no longer fit', () => {
  const millions: UserEvent[] = Array.from({ length: 1000 }, (_, n) => ({
    type: 'BalanceCredited',
    data: { ...credited.data, creditId: `m${n}`, amountNanoUsd: String(10n ** 15n) },
  }));
  given(userDecider, [created, ...millions])
    .when({ ...credit, amountNanoUsd: 1n })
    .thenRefused('invalid_request');
});

test('whatever credits are asked for, every entry sums to zero and each id is credited once', () => {
  const commands = fc.array(
    fc.record({
      creditId: fc.constantFrom('c1', 'c2', 'c3', 'c4'),
      amountNanoUsd: fc.bigInt({ min: -2n, max: 10n ** 15n + 2n }),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(commands, (asked) => {
      let events: UserEvent[] = [created];
      for (const command of asked) {
        const state = fold(userDecider, events);
        const decision = userDecider.decide({ ...credit, ...command }, state);
        if (decision.kind === 'accepted') events = [...events, ...decision.events];
      }
      const bodies = events.flatMap((event) => (event.type === 'BalanceCredited' ? [event.data] : []));
      assert.equal(new Set(bodies.map((body) => body.creditId)).size, bodies.length);
      for (const body of bodies) {
        assert.equal(
          body.postings.reduce((sum, posting) => sum + BigInt(posting.amountNanoUsd), 0n),
          0n,
        );
      }
      const state = fold(userDecider, events);
      const total = bodies.reduce((sum, body) => sum + BigInt(body.amountNanoUsd), 0n);
      assert.equal(state.status === 'active' && state.creditedNanoUsd, total);
    }),
  );
});

test('a stream that credits before creating, or creates twice, stops the fold', () => {
  assert.throws(() => fold(userDecider, [credited]), /before creating/);
  assert.throws(() => fold(userDecider, [created, created]), /twice/);
});
