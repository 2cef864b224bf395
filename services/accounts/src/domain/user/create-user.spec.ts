import assert from 'node:assert/strict';
import { given } from '#decider/given-when-then.ts';
import { test } from '#testkit/test.ts';
import type { CreateUser } from './commands.ts';
import { createUserProblem } from './create-user.ts';
import type { UserEvent } from './events.ts';
import { userDecider } from './user-decider.ts';

const createAda: CreateUser = {
  type: 'CreateUser',
  userId: 'u1',
  name: 'Ada',
  email: 'ada@example.com',
  sealedProfile: 'sealed',
  requestsPerMinute: 60,
  multiplierBasisPoints: 15_000,
  nowMs: 7,
};

const adaCreated: UserEvent = {
  type: 'UserCreated',
  data: {
    userId: 'u1',
    sealedProfile: 'sealed',
    requestsPerMinute: 60,
    multiplierBasisPoints: 15_000,
    createdAtMs: '7',
  },
};

test('a user is created, with the profile sealed', () => {
  given(userDecider, []).when(createAda).then([adaCreated]);
});

test('creating the same user again changes nothing, however much later', () => {
  given(userDecider, [adaCreated])
    .when({ ...createAda, nowMs: 99 })
    .then([]);
});

test('creating a user again with other values is refused', () => {
  const again = given(userDecider, [adaCreated]);
  again.when({ ...createAda, sealedProfile: 'other' }).thenRefused('idempotency_key_reused');
  again.when({ ...createAda, requestsPerMinute: 61 }).thenRefused('idempotency_key_reused');
  again.when({ ...createAda, multiplierBasisPoints: 0 }).thenRefused('idempotency_key_reused');
});

const acceptable: readonly Partial<CreateUser>[] = [
  { name: 'A' },
  { name: 'ß 漢字 👩‍💻' },
  { email: '' },
  { requestsPerMinute: 0 },
  { multiplierBasisPoints: 0 },
];

for (const values of acceptable) {
  test(`a user may have ${JSON.stringify(values).slice(0, 60)}`, () => {
    assert.equal(createUserProblem({ ...createAda, ...values }), undefined);
  });
}

const refused: readonly (readonly [Partial<CreateUser>, string])[] = [
  [{ name: '' }, 'name'],
  [{ name: '  ' }, 'name'],
  [{ email: 'ada' }, 'email'],
  [{ email: '@example.com' }, 'email'],
  [{ email: 'a b@example.com' }, 'email'],
  [{ email: 'a@b@c' }, 'email'],
];

for (const [values, param] of refused) {
  test(`a user may not have ${JSON.stringify(values).slice(0, 60)}, and the refusal names ${param}`, () => {
    given(userDecider, [])
      .when({ ...createAda, ...values })
      .thenRefused('invalid_request');
    assert.equal(createUserProblem({ ...createAda, ...values })?.param, param);
  });
}
