import assert from 'node:assert/strict';
import { plainPlan, plainRouting, type Routing } from '#contracts/routing.ts';
import { test } from '#testkit/test.ts';
import { routingPlanOf, type ToPlan } from './routing-plan.ts';

const plain: ToPlan = {
  userId: 'u',
  asked: { conversationKey: 'c', promptTokensEstimate: 7 },
  attribution: { sessionId: '' },
  routing: plainRouting,
  options: {},
  attemptsMax: 0,
  shadow: undefined,
};
const planOf = (fields: Partial<ToPlan>) => routingPlanOf({ ...plain, ...fields });
const sealed = { ...plain.asked, hasSealedThoughts: true };
const sticky = { ...plainRouting, strategy: 'sticky' as const };

test('without policy and wishes the plan is plain', () => {
  assert.deepEqual(planOf({}), { ...plainPlan, promptTokensEstimate: 7 });
});

test('what policy says of the way is in it', () => {
  const shadow = { provider: 'p', model: 'm', priceKey: 'c/m', priceVersion: 1 };
  const routing: Routing = {
    ...plainRouting,
    ...{ routeId: 'r', strategy: 'weighted', strategySource: 'route', mayBecomePaid: true },
    ...{ hedgeAfterMs: 200, timeoutMs: 3_000, attemptsMax: 4, priority: 'high' },
  };
  assert.deepEqual(planOf({ routing, shadow }), {
    ...{ routeId: 'r', strategy: 'weighted', strategySource: 'route', stickyKey: '', mustStick: false },
    ...{ hedgeAfterMs: 200, timeoutMs: 3_000, attemptsMax: 4, priority: 'high', shadow, promptTokensEstimate: 7 },
    isTimeoutClients: false,
  });
});

test('a client may have less time than policy gives, and no more', () => {
  const timeoutOf = (ofRoute: number, timeoutMs?: number) =>
    planOf({ routing: { ...plainRouting, timeoutMs: ofRoute }, options: { timeoutMs } });
  const plans = [timeoutOf(0, 500), timeoutOf(400, 500), timeoutOf(600, 500), timeoutOf(600)];
  assert.deepEqual(
    plans.map(({ timeoutMs, isTimeoutClients }) => [timeoutMs, isTimeoutClients]),
    [
      [500, true],
      [400, false],
      [500, true],
      [600, false],
    ],
  );
});

test('a client may have fewer attempts than policy gives, and no more', () => {
  const attemptsOf = (ofRoute: number, ofSettings: number, attemptsMax?: number) =>
    planOf({ routing: { ...plainRouting, attemptsMax: ofRoute }, options: { attemptsMax }, attemptsMax: ofSettings })
      .attemptsMax;
  assert.equal(attemptsOf(5, 2), 5);
  assert.equal(attemptsOf(0, 2), 0);
  assert.deepEqual([attemptsOf(5, 2, 11), attemptsOf(0, 2, 11), attemptsOf(0, 0, 11)], [5, 2, 3]);
  assert.deepEqual([attemptsOf(5, 2, 1), attemptsOf(0, 2, 1), attemptsOf(0, 0, 1)], [1, 1, 1]);
});

test('a client may let others go first, and not go first itself', () => {
  const priorityOf = (ofRoute: 'high' | 'normal' | 'low', priority?: 'high' | 'normal' | 'low') =>
    planOf({ routing: { ...plainRouting, priority: ofRoute }, options: { priority } }).priority;
  assert.deepEqual(
    [priorityOf('normal', 'low'), priorityOf('high', 'low'), priorityOf('high', 'high')],
    ['low', 'low', 'high'],
  );
  assert.deepEqual(
    [priorityOf('normal', 'high'), priorityOf('low', 'normal'), priorityOf('low')],
    ['normal', 'low', 'low'],
  );
});

test('a conversation of a user has one key, which no other user shares and no model changes', () => {
  const one = planOf({ routing: sticky });
  assert.match(one.stickyKey, /^[\w-]{43}$/);
  assert.equal(one.mustStick, false);
  assert.equal(planOf({ asked: sealed }).stickyKey, one.stickyKey);
  assert.notEqual(planOf({ routing: sticky, userId: 'v' }).stickyKey, one.stickyKey);
  const session = planOf({ routing: sticky, attribution: { sessionId: 's' } });
  assert.notEqual(session.stickyKey, one.stickyKey);
  assert.equal(
    planOf({
      routing: sticky,
      attribution: { sessionId: 's' },
      asked: { conversationKey: 'd', promptTokensEstimate: 7 },
    }).stickyKey,
    session.stickyKey,
  );
});

test('sealed thoughts have to stay where they are, where anything tells the conversation from others', () => {
  const plan = planOf({ asked: sealed });
  assert.deepEqual([plan.mustStick, plan.strategy], [true, 'priority']);
  const unknown = planOf({ asked: { promptTokensEstimate: 7, hasSealedThoughts: true } });
  assert.deepEqual([unknown.mustStick, unknown.stickyKey], [false, '']);
});
