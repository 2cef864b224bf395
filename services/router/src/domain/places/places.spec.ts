import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { createFairQueue, type Priority, type Ticket } from './fair-queue.ts';
import { createPlaces, type PlaceLimits } from './places.ts';

const ticketOf = (userId: string, priority: Priority = 'normal', item = 0): Ticket<number> => ({
  userId,
  priority,
  item,
});

function shiftAll(queue: ReturnType<typeof createFairQueue<number>>): readonly Ticket<number>[] {
  const out: Ticket<number>[] = [];
  for (let ticket = queue.shift(); ticket !== undefined; ticket = queue.shift()) out.push(ticket);
  return out;
}

test('users take turns, however many requests one of them has, each in the order of arrival', () => {
  const queue = createFairQueue<number>();
  for (let item = 0; item < 4; item += 1) queue.push(ticketOf('greedy', 'normal', item));
  queue.push(ticketOf('modest', 'normal', 10));
  queue.push(ticketOf('late', 'normal', 20));
  assert.deepEqual(
    shiftAll(queue).map(({ item }) => item),
    [0, 10, 20, 1, 2, 3],
  );
});

test('eight of high are served to four of normal and one of low, and none waits for ever', () => {
  const queue = createFairQueue<number>();
  for (const priority of ['low', 'normal', 'high'] as const) {
    for (let item = 0; item < 130; item += 1) queue.push(ticketOf('u', priority, item));
  }
  const served = { high: 0, normal: 0, low: 0 };
  for (let turn = 0; turn < 130; turn += 1) served[queue.shift()?.priority ?? 'low'] += 1;
  assert.deepEqual(served, { high: 80, normal: 40, low: 10 });
});

test('a priority does not save up the turns that it had no use for', () => {
  const queue = createFairQueue<number>();
  for (let item = 0; item < 100; item += 1) {
    queue.push(ticketOf('u', 'normal'));
    queue.shift();
  }
  for (let item = 0; item < 13; item += 1) {
    for (const priority of ['high', 'normal', 'low'] as const) queue.push(ticketOf('u', priority));
  }
  const served = { high: 0, normal: 0, low: 0 };
  for (let turn = 0; turn < 13; turn += 1) served[queue.shift()?.priority ?? 'low'] += 1;
  assert.ok(served.high >= 7 && served.low <= 2, JSON.stringify(served));
});

test('where the queue is full, who has the most that wait gives way to who has fewer, its newest first', () => {
  const places = createPlaces<number>(limitsOf(1, 4, [1, 1]));
  assert.equal(places.take('a'), true);
  const greedy = [0, 1, 2, 3].map((item) => ticketOf('greedy', item === 1 ? 'low' : 'high', item));
  for (const ticket of greedy) assert.deepEqual(places.wait('a', ticket), []);
  assert.equal(places.wait('a', ticketOf('greedy')), null);
  assert.deepEqual(places.wait('b', ticketOf('modest', 'normal', 10)), [greedy[1]], 'of its least urgent');
  assert.deepEqual(places.wait('a', ticketOf('modest', 'normal', 11)), [greedy[3]]);
  assert.equal(places.wait('a', ticketOf('modest', 'high', 12)), null, 'it has as many as the other');
  assert.deepEqual(places.wait('a', ticketOf('late', 'low', 20)), [greedy[2]]);
  assert.equal(places.waiting(), 4);
  const served: number[] = [];
  for (let account = 'a'; places.waiting() > 0; account = served.at(-1) === 10 ? 'b' : 'a') {
    served.push(...places.release(account).map(({ item }) => item));
  }
  assert.deepEqual(
    served.toSorted((a, b) => a - b),
    [0, 10, 11, 20],
  );
});

const accounts = ['a', 'b', 'c'] as const;
const limitsOf = (callsMax: number, waitingMax: number, each: readonly number[]): PlaceLimits => ({
  callsMax,
  waitingMax,
  accounts: new Map(each.map((max, index) => [accounts[index] ?? '', { callsMax: max }])),
});
const limits = fc
  .tuple(
    fc.integer({ min: 0, max: 5 }),
    fc.integer({ min: 0, max: 8 }),
    fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
  )
  .map(([callsMax, waitingMax, each]) => limitsOf(callsMax, waitingMax, each));
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('enter' as const),
      account: fc.constantFrom(...accounts),
      user: fc.constantFrom('u', 'v', 'w'),
      priority: fc.constantFrom<Priority>('high', 'normal', 'low'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('end' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('resize' as const), limits }) },
);

test('whatever happens: no more calls run than may, and nobody waits while there is a place for them', () => {
  fc.assert(
    fc.property(limits, fc.array(operation, { maxLength: 200 }), (first, operations) => {
      const places = createPlaces<string>(first);
      let now = first;
      const running: string[] = [];
      const waiting: { account: string; ticket: Ticket<string> }[] = [];
      const taken = new Map<string, number>();
      const begin = (account: string) => {
        running.push(account);
        taken.set(account, (taken.get(account) ?? 0) + 1);
      };
      const served = (tickets: readonly Ticket<string>[], hasPlace = true) => {
        for (const ticket of tickets) {
          const index = waiting.findIndex((each) => each.ticket === ticket);
          assert.notEqual(index, -1, 'who is served waited');
          const [{ account } = { account: '' }] = waiting.splice(index, 1);
          if (hasPlace) begin(account);
        }
      };
      for (const each of operations) {
        const before = { running: running.length, perAccount: new Map(taken) };
        if (each.kind === 'enter') {
          const ticket: Ticket<string> = { userId: each.user, priority: each.priority, item: each.account };
          if (places.take(each.account)) begin(each.account);
          else {
            const gaveWay = places.wait(each.account, ticket);
            if (gaveWay !== null) waiting.push({ account: each.account, ticket });
            served(gaveWay ?? [], false);
          }
        } else if (each.kind === 'end' && running.length > 0) {
          const [account = ''] = running.splice(each.which % running.length, 1);
          taken.set(account, (taken.get(account) ?? 0) - 1);
          served(places.release(account));
        } else if (each.kind === 'leave' && waiting.length > 0) {
          const [left] = waiting.splice(each.which % waiting.length, 1);
          assert.equal(left !== undefined && places.leave(left.account, left.ticket), true);
        } else if (each.kind === 'resize') {
          now = each.limits;
          const told = places.resize(now);
          served(told.dismissed, false);
          served(told.served);
        }
        assert.equal(places.inFlight(), running.length);
        assert.equal(places.waiting(), waiting.length);
        // Limits that were narrowed are exceeded until calls end; no call begins beyond them.
        assert.ok(running.length <= Math.max(now.callsMax, before.running));
        for (const [account, count] of taken) {
          const max = now.accounts.get(account)?.callsMax ?? 0;
          assert.ok(count <= Math.max(max, before.perAccount.get(account) ?? 0));
        }
        for (const { account } of waiting) assert.equal(places.hasPlace(account), false, 'nobody waits in vain');
      }
    }),
    { numRuns: 500 },
  );
});
