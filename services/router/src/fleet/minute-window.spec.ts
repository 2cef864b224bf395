import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { MinuteWindow } from './minute-window.ts';

test('what was added within the last minute counts, and for five seconds more at most', () => {
  const step = fc.record({ afterMs: fc.nat(20_000), amount: fc.nat(1_000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), fc.nat(5_000), (steps, beganAtMs) => {
      const window = new MinuteWindow();
      const added: { readonly atMs: number; readonly amount: number }[] = [];
      let nowMs = 1_750_000_000_000 + beganAtMs;
      for (const { afterMs, amount } of steps) {
        nowMs += afterMs;
        window.add(amount, nowMs);
        added.push({ atMs: nowMs, amount });
        const since = (ageMs: number) =>
          added.filter(({ atMs }) => nowMs - atMs <= ageMs).reduce((sum, each) => sum + each.amount, 0);
        assert.ok(window.total(nowMs) >= since(60_000));
        assert.ok(window.total(nowMs) <= since(65_000));
      }
      assert.equal(window.total(nowMs + 65_000), 0);
    }),
  );
});

test('a clock that goes back loses nothing', () => {
  const window = new MinuteWindow();
  window.add(1, 1_750_000_060_000);
  window.add(1, 1_750_000_000_000);
  assert.equal(window.total(1_750_000_060_000), 2);
});
