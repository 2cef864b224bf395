import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { emptyBudget, REPEATS_FREE, type RetryBudget, sums, withCall, withRepeat } from './retry-budget.ts';

function take(
  budget: RetryBudget,
  times: number,
  percent: number,
  nowMs: number,
): { budget: RetryBudget; granted: number } {
  let granted = 0;
  for (let i = 0; i < times; i += 1) {
    const after = withRepeat(budget, percent, nowMs);
    if (after === null) continue;
    budget = after;
    granted += 1;
  }
  return { budget, granted };
}

function calls(budget: RetryBudget, times: number, nowMs: number): RetryBudget {
  for (let i = 0; i < times; i += 1) budget = withCall(budget, nowMs);
  return budget;
}

test('a provider without calls may be asked again a few times, and no more often', () => {
  assert.equal(take(emptyBudget, 100, 10, 0).granted, REPEATS_FREE);
});

test('a tenth of the calls may be repeated beyond that, and repetitions earn none', () => {
  const { granted, budget } = take(calls(emptyBudget, 1_000, 0), 1_000, 10, 0);
  assert.equal(granted, REPEATS_FREE + 100);
  assert.equal(take(budget, 1_000, 10, 0).granted, 0);
});

test('calls and repetitions of more than ten seconds ago count no longer', () => {
  const { budget } = take(calls(emptyBudget, 1_000, 0), 1_000, 10, 0);
  assert.equal(take(budget, 100, 10, 9_999).granted, 0);
  assert.equal(take(budget, 100, 10, 10_000).granted, REPEATS_FREE);
});

test('a repetition is only ever given where the window has room for it', () => {
  const anyStep = fc.record({ isRepeat: fc.boolean(), waitMs: fc.nat(2_000) });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 300 }), fc.integer({ min: 1, max: 100 }), (steps, percent) => {
      let budget = emptyBudget;
      let nowMs = 0;
      for (const { isRepeat, waitMs } of steps) {
        nowMs += waitMs;
        if (!isRepeat) {
          budget = withCall(budget, nowMs);
          continue;
        }
        const after = withRepeat(budget, percent, nowMs);
        if (after === null) continue;
        budget = after;
        const { calls: earned, repeats } = sums(budget, nowMs);
        assert.ok(repeats <= REPEATS_FREE + (earned * percent) / 100);
        assert.ok(budget.slots.length <= 10, 'what has passed is forgotten');
      }
    }),
  );
});

test('a clock that is set back gives nothing away', () => {
  const { budget } = take(calls(emptyBudget, 1_000, 60_000), 50, 10, 60_000);
  assert.equal(take(budget, 1_000, 10, 0).granted, REPEATS_FREE);
});
