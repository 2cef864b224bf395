import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { accounts, post } from './posting.ts';

test('lines that sum to zero are posted as the event has them, lines of nothing left out', () => {
  const lines = [
    { account: accounts.customer('u1'), amountNanoUsd: -7n },
    { account: accounts.revenue, amountNanoUsd: 7n },
    { account: accounts.houseOverrun, amountNanoUsd: 0n },
  ];
  assert.deepEqual(post(lines), [
    { account: 'customer:u1', amountNanoUsd: '-7' },
    { account: 'revenue', amountNanoUsd: '7' },
  ]);
});

test('lines that do not sum to zero are never posted', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: -1_000n, max: 1_000n })), (amounts) => {
      const lines = amounts.map((amountNanoUsd) => ({ account: 'a', amountNanoUsd }));
      const sum = amounts.reduce((total, amount) => total + amount, 0n);
      if (sum === 0n) assert.doesNotThrow(() => post(lines));
      else assert.throws(() => post(lines), RangeError);
    }),
  );
});
