import assert from 'node:assert/strict';
import { asCallerWrote, idempotencyKey, multiplier } from '#contracts/admin-fields.ts';
import { Fault } from '#errors/fault.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { countCases, creditCases, emailCases, textCases } from '#testkit/admin-field-cases.ts';
import { test } from '#testkit/test.ts';
import { idempotencyKeyIn } from '../idempotency/idempotency-key.ts';
import { readCreditAmount } from './credit-amount.ts';
import { optionalCount, requiredEmail, requiredText } from './fields.ts';
import { multiplierBasisPoints, multiplierText } from './multiplier.ts';

/* The bounds of the one table (contracts/admin-fields.ts), as the ingress looks at them for callers of HTTP. */

/** The field that a value is refused for; undefined: the value is taken. */
function refusedField(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (thrown) {
    return thrown instanceof Fault ? thrown.refusal.param : assert.fail(String(thrown));
  }
}

for (const { field, taken, refused } of textCases) {
  test(`'${field.http}' of at most ${field.charsMax} characters is taken, and another is refused by that name`, () => {
    const judge = (text: string) =>
      refusedField(() =>
        field === idempotencyKey
          ? idempotencyKeyIn({ 'idempotency-key': text })
          : requiredText({ [field.http]: text }, field),
      );
    for (const text of taken) assert.equal(judge(text), undefined, text);
    for (const text of refused) assert.equal(judge(text), field.http, text);
  });
}

test('an e-mail address is taken up to what mail carries, and another is refused', () => {
  const { field, taken, refused } = emailCases;
  for (const email of taken) assert.equal(requiredEmail({ email }, field), email);
  for (const email of refused)
    assert.equal(
      refusedField(() => requiredEmail({ email }, field)),
      'email',
      email,
    );
});

for (const { field, taken, refused } of countCases) {
  test(`'${field.http}' from ${field.min} to ${field.max} is taken, and another is refused`, () => {
    const read = (count: number): number =>
      field === multiplier
        ? multiplierBasisPoints(multiplierText(count))
        : optionalCount({ [field.http]: count }, field);
    for (const count of taken) assert.equal(read(count), count);
    for (const count of refused)
      assert.equal(
        refusedField(() => read(count)),
        field.http,
        String(count),
      );
  });
}

test('a credit of more than nothing and at most a million USD is taken, and another is refused', () => {
  const { field, taken, refused } = creditCases;
  for (const amount of taken) assert.equal(readCreditAmount(formatUsd(amount)), amount);
  for (const amount of refused)
    assert.equal(
      refusedField(() => readCreditAmount(formatUsd(amount))),
      field.http,
    );
});

test('what accounts refuses is told in the words of the caller, who never sent a field of accounts', () => {
  const refusal = {
    code: 'invalid_request',
    message: "'multiplier_basis_points' must be more.",
    param: 'multiplier_basis_points',
  } as const;
  assert.deepEqual(asCallerWrote(refusal), { ...refusal, message: "'multiplier' must be more.", param: 'multiplier' });
  const named = { ...refusal, message: 'No.', param: 'user_id' };
  assert.deepEqual(asCallerWrote(named), named);
});
