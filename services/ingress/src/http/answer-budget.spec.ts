import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createAnswerBudget } from './answer-budget.ts';

test('bytes that do not fit are not counted, and those of small answers always are', () => {
  const budget = createAnswerBudget(100);
  const [first, second] = [{ answerBytesHeld: 0 }, { answerBytesHeld: 0 }];
  assert.ok(budget.hold(first, 75));
  assert.ok(!budget.isCrowded);
  assert.ok(!budget.hold(second, 26));
  assert.deepEqual([budget.heldBytes, second.answerBytesHeld], [75, 0]);
  budget.add(second, 26);
  assert.deepEqual([budget.heldBytes, second.answerBytesHeld, budget.isCrowded], [101, 26, true]);
});

test('an answer gives back what it has, and no more', () => {
  const budget = createAnswerBudget(100);
  const answer = { answerBytesHeld: 0 };
  budget.add(answer, 10);
  budget.release(answer, 4);
  budget.release(answer, 1_000);
  assert.deepEqual([budget.heldBytes, answer.answerBytesHeld], [0, 0]);
});
