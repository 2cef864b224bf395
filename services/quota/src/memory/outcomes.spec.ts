import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from '#testkit/test.ts';
import { createOutcomes, TELL_PAUSE_MS, WAITING_MAX } from './outcomes.ts';

test('one whose time is over waits no longer, and takes no place', async () => {
  const outcomes = createOutcomes();
  const all = Array.from({ length: WAITING_MAX }, () => outcomes.next(5));
  assert.equal(outcomes.hasRoom(), false);
  await Promise.all(all);
  assert.equal(outcomes.hasRoom(), true);
});

test('outcomes that follow on one another wake those who wait once in a while, and lose none', async () => {
  const outcomes = createOutcomes();
  const state = { woken: 0, isOver: false };
  async function wait(): Promise<void> {
    while (!state.isOver) {
      await outcomes.next(1_000);
      state.woken += 1;
    }
  }
  const waiting = wait();
  const begun = performance.now();
  for (let told = 0; told < 50; told += 1) {
    outcomes.tell();
    await pause(1);
  }
  const paused = (performance.now() - begun) / TELL_PAUSE_MS;
  assert.ok(state.woken >= 2 && state.woken <= paused + 2, `woken ${state.woken} times`);
  state.isOver = true;
  outcomes.tell();
  await waiting;
  assert.ok(performance.now() - begun < 900, 'the last outcome is told, too');
});
