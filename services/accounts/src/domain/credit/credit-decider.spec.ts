import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { GatewayEvent } from '#contracts/events.ts';
import { fold } from '#decider/decider.ts';
import { given } from '#decider/given-when-then.ts';
import { userCreated } from '#testkit/events.ts';
import { test } from '#testkit/test.ts';
import { type CreditBalance, creditDecider } from './credit-decider.ts';

const created = userCreated({ userId: 'u1' });
const by = { actor: 'bootstrap', role: 'owner', address: '10.0.0.1', requestId: 'r1' } as const;

const credit: CreditBalance = {
  payer: { kind: 'user', id: 'u1' },
  creditId: 'c1',
  amountNanoUsd: 10_000_000_000n,
  reason: 'invoice 7',
  nowMs: 5,
  by,
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
    actor: 'bootstrap',
    actorRole: 'owner',
    address: '10.0.0.1',
  },
};

const set = (resource: object): GatewayEvent => ({ type: 'ResourceSet', data: { resource, setAtMs: '1' } });

test('a credit moves money from the top-ups to the customer, and says who added it', () => {
  given(creditDecider, [created]).when(credit).then([credited]);
  given(creditDecider, [set({ user: { id: 'u1', status: 'active' } })])
    .when(credit)
    .then([credited]);
});

test('a team is credited on an account of its own', () => {
  const { data } = credited;
  const [, fromTopups] = data.postings;
  const postings = [{ account: 'team:t1', amountNanoUsd: '10000000000' }, fromTopups ?? assert.fail()];
  given(creditDecider, [set({ team: { id: 't1', status: 'active' } })])
    .when({ ...credit, payer: { kind: 'team', id: 't1' } })
    .then([{ type: 'BalanceCredited', data: { ...data, userId: '', payerKind: 'team', payerId: 't1', postings } }]);
});

test('a payer that is not there, or no longer, cannot be credited', () => {
  given(creditDecider, []).when(credit).thenRefused('not_found');
  given(creditDecider, [created, set({ user: { id: 'u1', status: 'deleted' } })])
    .when(credit)
    .thenRefused('not_found');
});

test('the same credit again credits nothing; with another amount or reason it is refused', () => {
  const before = given(creditDecider, [created, credited]);
  before.when({ ...credit, nowMs: 99 }).then([]);
  before.when({ ...credit, amountNanoUsd: 1n }).thenRefused('idempotency_key_reused');
  before.when({ ...credit, reason: 'other' }).thenRefused('idempotency_key_reused');
});

test('an amount of nothing, less, or more than a million USD is refused, and a reason the log cannot hold', () => {
  const user = given(creditDecider, [created]);
  for (const amountNanoUsd of [0n, -1n, 10n ** 15n + 1n]) {
    user.when({ ...credit, amountNanoUsd }).thenRefused('invalid_request');
  }
  for (const reason of ['a\u0000', 'x'.repeat(501)]) user.when({ ...credit, reason }).thenRefused('invalid_request');
});

test('the credits of a payer stop at a billion USD, far from where sums no longer fit', () => {
  const millions: GatewayEvent[] = Array.from({ length: 1000 }, (_, n) => ({
    type: 'BalanceCredited',
    data: { ...credited.data, creditId: `m${n}`, amountNanoUsd: String(10n ** 15n) },
  }));
  given(creditDecider, [created, ...millions])
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
      let events: GatewayEvent[] = [created];
      for (const command of asked) {
        const decision = creditDecider.decide({ ...credit, ...command }, fold(creditDecider, events));
        if (decision.kind === 'accepted') events = [...events, ...decision.events];
      }
      const bodies = events.flatMap((event) => (event.type === 'BalanceCredited' ? [event.data] : []));
      assert.equal(new Set(bodies.map((body) => body.creditId)).size, bodies.length);
      for (const body of bodies) {
        const sum = body.postings.reduce((total, posting) => total + BigInt(posting.amountNanoUsd), 0n);
        assert.equal(sum, 0n);
      }
      const total = bodies.reduce((sum, body) => sum + BigInt(body.amountNanoUsd), 0n);
      assert.equal(fold(creditDecider, events).creditedNanoUsd, total);
    }),
  );
});

test('a stream that credits before there is anybody to credit stops the fold', () => {
  assert.throws(() => fold(creditDecider, [credited]), /not there/);
});
