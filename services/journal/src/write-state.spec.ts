import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createWriteState } from './write-state.ts';

function world() {
  const now = { ms: 0, isAway: false, failure: undefined as Error | undefined, probes: 0 };
  const state = createWriteState({
    isAway: () => now.isAway,
    nowMs: () => now.ms,
    async probe() {
      now.probes += 1;
      if (now.failure !== undefined) throw now.failure;
    },
  });
  return { now, state };
}

test('an idle log is written to find out, seldom, and by one of many who ask', async () => {
  const { now, state } = world();
  assert.deepEqual(await Promise.all([state.read(), state.read(), state.read()]), ['ok', 'ok', 'ok']);
  assert.equal(now.probes, 1);
  now.ms += 1_000;
  assert.equal(await state.read(), 'ok');
  assert.equal(now.probes, 1);
  now.ms += 10_000;
  assert.equal(await state.read(), 'ok');
  assert.equal(now.probes, 2);
});

test('a log that is written needs no probe', async () => {
  const { now, state } = world();
  for (let appends = 0; appends < 5; appends += 1) {
    now.ms += 3_000;
    state.written();
    assert.equal(await state.read(), 'ok');
  }
  assert.equal(now.probes, 0);
});

test('a probe that fails says why, each time it is asked for, until one goes well', async () => {
  const { now, state } = world();
  now.failure = new Error('No space left on device');
  assert.match(await state.read(), /No space left/);
  assert.match(await state.read(), /No space left/);
  now.failure = undefined;
  assert.equal(await state.read(), 'ok');
});

test('a writer that has given up waiting is believed without a probe', async () => {
  const { now, state } = world();
  state.written();
  now.isAway = true;
  assert.notEqual(await state.read(), 'ok');
  assert.equal(now.probes, 0);
  now.isAway = false;
  assert.equal(await state.read(), 'ok');
});
