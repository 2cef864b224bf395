import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { plainPlan } from '#contracts/routing.ts';
import { test } from '#testkit/test.ts';
import { besideIfSlow } from './beside-if-slow.ts';
import type { Run, RunParts } from './run.ts';
import type { Trial, TrialResult } from './trial.ts';
import type { Trials } from './trials.ts';

/** Two calls of one request, whose ends the test decides. */
function twoCalls() {
  const [one, two] = [Promise.withResolvers<TrialResult>(), Promise.withResolvers<TrialResult>()];
  const logged: unknown[] = [];
  const trialOf = (result: Promise<TrialResult>) => {
    const underWay = { firstByteMs: 0, isOutrun: false, call: { abort: () => undefined } };
    return {
      result,
      underWay,
      isOutrun: false,
      choice: { deployment: { stage: 0, provider: 'a' } },
    } as unknown as Trial;
  };
  const [first, second] = [trialOf(one.promise), trialOf(two.promise)];
  const plan = { ...plainPlan, hedgeAfterMs: 1 };
  const run = { request: { plan, requestId: 'r' }, attempts: [], outrun: [], waits: new AbortController() };
  const isBegun = Promise.withResolvers<void>();
  const trials: Partial<Trials> = {
    next: () => ({ kind: 'try', way: 1, isRepeat: false, delayMs: 0 }) as ReturnType<Trials['next']>,
    choice: () => second.choice,
    async begin() {
      isBegun.resolve();
      return second;
    },
  };
  const parts = { fleet: { isKeptAway: () => false }, logger: { error: (...all: unknown[]) => void logged.push(all) } };
  const heard = besideIfSlow(parts as unknown as RunParts, run as unknown as Run, trials as Trials, 0, first);
  return { one, two, heard, run, logged, isBegun: isBegun.promise };
}

/** Rejections that nobody has heard of: each of them would end the process. */
async function unheard(during: () => Promise<void>): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  const hear = (thrown: unknown): void => void all.push(thrown);
  process.on('unhandledRejection', hear);
  await during();
  await nextTurn();
  await nextTurn();
  process.off('unhandledRejection', hear);
  return all;
}

test('where a call fails in the gateway itself, the request fails, and the process goes on', async () => {
  const all = await unheard(async () => {
    const { one, heard } = twoCalls();
    one.reject(new Error('a defect'));
    await assert.rejects(heard, /a defect/);
  });
  assert.deepEqual(all, []);
});

test('so it is where both calls fail in the gateway itself', async () => {
  const all = await unheard(async () => {
    const { one, two, heard, isBegun } = twoCalls();
    await isBegun;
    one.reject(new Error('a defect'));
    await assert.rejects(heard, /a defect/);
    two.reject(new Error('another one'));
  });
  assert.deepEqual(all, []);
});

test('an answer is given, although what the other call has cost could not be noted', async () => {
  const all = await unheard(async () => {
    const { one, two, heard, run, logged, isBegun } = twoCalls();
    await isBegun;
    two.resolve({ kind: 'answered' } as TrialResult);
    assert.equal((await heard)[0]?.result.kind, 'answered');
    one.reject(new Error('a defect'));
    await Promise.all(run.outrun);
    assert.equal(logged.length, 1);
  });
  assert.deepEqual(all, []);
});
