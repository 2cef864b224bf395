import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createBodyBudget } from './body-budget.ts';

test('a body budget gives what it has, takes nothing when it says no, and takes back what is released', () => {
  const budget = createBodyBudget(10);
  assert.equal(budget.reserve(6), true);
  assert.equal(budget.reserve(5), false);
  assert.equal(budget.reserve(4), true);
  assert.equal(budget.reservedBytes, 10);
  budget.release(6);
  assert.equal(budget.reserve(5), true);
});
