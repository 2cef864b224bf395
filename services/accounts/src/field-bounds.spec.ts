import assert from 'node:assert/strict';
import { creditReason, idempotencyKey, keyName, multiplier, userName } from '#contracts/admin-fields.ts';
import { type Decision, fold } from '#decider/decider.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { countCases, creditCases, emailCases, textCases } from '#testkit/admin-field-cases.ts';
import { test } from '#testkit/test.ts';
import { apiKeyDecider } from './domain/api-key/api-key-decider.ts';
import type { CreateUser, CreditBalance } from './domain/user/commands.ts';
import { userDecider } from './domain/user/user-decider.ts';
import { idsOf } from './handlers/idempotency.ts';

/*
 * The bounds of the one table (contracts/admin-fields.ts), as accounts decides by them for callers of gRPC. Each gives the
 * field that a value is refused for; undefined: the value is taken.
 */

const profile = { name: 'Ada', email: 'ada@example.com', requestsPerMinute: 0, multiplierBasisPoints: 0 };
const settings = { userId: 'u1', sealedProfile: 'sealed', requestsPerMinute: 0, multiplierBasisPoints: 0 };
const user = fold(userDecider, [{ type: 'UserCreated', data: { ...settings, createdAtMs: '7' } }]);

function ofUser(values: Partial<CreateUser>): string | undefined {
  const command = { type: 'CreateUser', ...settings, ...profile, nowMs: 7, ...values } as const;
  return refusedField(userDecider.decide(command, userDecider.initial()));
}

function ofCredit(values: Partial<CreditBalance>): string | undefined {
  const credit = { userId: 'u1', creditId: 'c1', amountNanoUsd: 1n, reason: '', nowMs: 8 };
  return refusedField(userDecider.decide({ type: 'CreditBalance', ...credit, ...values }, user));
}

function ofKeyName(name: string): string | undefined {
  const key = { keyId: 'k1', userId: 'u1', keyHash: 'hash', prefix: 'ak_12345678', nowMs: 3 };
  return refusedField(apiKeyDecider.decide({ type: 'CreateApiKey', ...key, name }, apiKeyDecider.initial()));
}

function ofIdempotencyKey(text: string): string | undefined {
  try {
    idsOf(text, '');
    return undefined;
  } catch (thrown) {
    return thrown instanceof Fault ? thrown.refusal.param : assert.fail(String(thrown));
  }
}

function refusedField(decision: Decision<unknown, Refusal>): string | undefined {
  return decision.kind === 'refused' ? decision.refusal.param : undefined;
}

const judges = new Map([
  [userName, (name: string) => ofUser({ name })],
  [creditReason, (reason: string) => ofCredit({ reason })],
  [keyName, ofKeyName],
  [idempotencyKey, ofIdempotencyKey],
]);

for (const { field, taken, refused } of textCases) {
  const judge = judges.get(field);
  // The id of a user is looked up, and what is none is not found.
  if (judge === undefined) continue;
  test(`${field.rpc} of at most ${field.charsMax} characters is taken, and another is refused by that name`, () => {
    for (const text of taken) assert.equal(judge(text), undefined, text);
    for (const text of refused) assert.equal(judge(text), field.rpc, text);
  });
}

test('an e-mail address is taken up to what mail carries, and another is refused', () => {
  for (const email of emailCases.taken) assert.equal(ofUser({ email }), undefined, email);
  for (const email of emailCases.refused) assert.equal(ofUser({ email }), 'email', email);
});

for (const { field, taken, refused } of countCases) {
  test(`${field.rpc} from ${field.min} to ${field.max} is taken, and another is refused`, () => {
    const judge = (count: number) =>
      ofUser(field === multiplier ? { multiplierBasisPoints: count } : { requestsPerMinute: count });
    for (const count of taken) assert.equal(judge(count), undefined, String(count));
    for (const count of [...refused, field.min + 0.5, Number.NaN]) assert.equal(judge(count), field.rpc, String(count));
  });
}

test('a credit of more than nothing and at most a million USD is taken, and another is refused', () => {
  for (const amountNanoUsd of creditCases.taken) assert.equal(ofCredit({ amountNanoUsd }), undefined);
  for (const amountNanoUsd of creditCases.refused) assert.equal(ofCredit({ amountNanoUsd }), 'amount_nano_usd');
});

test('what may be left out is taken empty', () => {
  assert.equal(ofUser({ email: '' }), undefined);
  assert.deepEqual([ofKeyName(''), ofIdempotencyKey(''), ofCredit({ reason: '' })], [undefined, undefined, undefined]);
});
