import assert from 'node:assert/strict';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { userPayer } from '#contracts/payer.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, AppendResult } from '#journal/journal.ts';
import { admitted } from '#testkit/events.ts';
import { describe, test } from '#testkit/test.ts';
import {
  type AdmissionEvent,
  type AdmissionOutcome,
  type AdmissionState,
  admissionTransitions,
} from '../domain/admission/admission-states.ts';
import { createPendingAdmissions } from '../memory/pending-admissions.ts';
import { createAdmissionWriter } from './admission-writer.ts';

const payer = userPayer('u');
const logger = pino({ level: 'silent' });
const away = new Fault({ code: 'unavailable', message: 'The log cannot be written.' });

/** A writer whose appends are answered one by one, as a test says. */
function createWorld() {
  const pending = createPendingAdmissions();
  const appends: { readonly request: AppendRequest; readonly answer: PromiseWithResolvers<AppendResult> }[] = [];
  const orphans: string[] = [];
  const folded = { position: 0 };
  const writer = createAdmissionWriter({
    journal: {
      append(request) {
        const answer = Promise.withResolvers<AppendResult>();
        appends.push({ request, answer });
        return answer.promise;
      },
    },
    pending,
    logger,
    isFolded: (position) => position <= folded.position,
    onOrphan: (requestId) => orphans.push(requestId),
  });

  /** Decides a hold of 100 nano-USD, and writes it; `outcome` is what its asker is told, once it is told. */
  function write(requestId: string, isPatient = true): { outcome?: string } {
    pending.add({ requestId, payer, holdNanoUsd: 100n, reservations: [] });
    const event = { eventId: requestId, ...admitted({ requestId, userId: 'u', holdNanoUsd: 100n, admittedAtMs: 0 }) };
    const told: { outcome?: string } = {};
    writer.write({ requestId, event, isPatient }).then(
      (isDurable) => {
        told.outcome = isDurable ? 'admitted' : 'refused';
      },
      (thrown: unknown) => {
        told.outcome = thrown instanceof Fault ? thrown.code : 'broken';
      },
    );
    return told;
  }

  /** Waits for the append that is asked for next, which is the count-th. */
  async function appended(count: number): Promise<void> {
    while (appends.length < count) await pause(5);
  }

  async function answer(result: AppendResult | Fault, which = appends.length - 1): Promise<void> {
    const append = appends[which]?.answer;
    if (result instanceof Fault) append?.reject(result);
    else append?.resolve(result);
    await nextTurn();
  }

  return { writer, pending, appends, orphans, folded, write, appended, answer };
}

type World = ReturnType<typeof createWorld>;

const answers: Partial<Record<AdmissionEvent, AppendResult | Fault>> = {
  'append-new': { kind: 'appended', position: 9, isRepeat: false },
  'append-repeat': { kind: 'appended', position: 9, isRepeat: true },
  'append-conflict': { kind: 'version-conflict', actualVersion: 1 },
  'append-failed': away,
};

/** Brings a request into each state. */
const reach: Record<Exclude<AdmissionState, 'absent' | 'durable'>, (world: World) => Promise<{ outcome?: string }>> = {
  writing: async (world) => world.write('r'),
  async 'in-doubt'(world) {
    const told = world.write('r');
    await world.answer(away);
    await world.appended(2);
    return told;
  },
  async disowned(world) {
    const told = await reach['in-doubt'](world);
    world.writer.giveUp('r');
    await nextTurn();
    return told;
  },
};

/** What is to be seen of each outcome: what its asker is told, whether the money is still set aside, and orphans. */
const effects: Partial<Record<AdmissionOutcome, { told?: string; isPending: boolean; isOrphan: boolean }>> = {
  admit: { told: 'admitted', isPending: true, isOrphan: false },
  refuse: { told: 'refused', isPending: false, isOrphan: false },
  repeat: { isPending: true, isOrphan: false },
  disown: { told: 'unavailable', isPending: true, isOrphan: false },
  orphan: { told: 'unavailable', isPending: true, isOrphan: true },
  free: { told: 'unavailable', isPending: false, isOrphan: false },
  drop: { told: 'unavailable', isPending: true, isOrphan: false },
};

describe('the transitions of an admission', () => {
  for (const state of Object.keys(reach) as (keyof typeof reach)[]) {
    for (const [event, outcome] of Object.entries(admissionTransitions[state]) as [
      AdmissionEvent,
      AdmissionOutcome,
    ][]) {
      const effect = effects[outcome];
      if (effect === undefined) continue;
      test(`${state}: ${event} is to ${outcome}`, async (t) => {
        const world = createWorld();
        t.defer(() => world.writer.close());
        const told = await reach[state](world);
        const answer = answers[event];
        const count = world.appends.length;
        if (answer !== undefined) await world.answer(answer);
        else if (event === 'given-up') world.writer.giveUp('r');
        else world.writer.close();
        await nextTurn();
        if (outcome === 'repeat') await world.appended(count + 1);
        // Whom one that is disowned was told no before.
        const expected = state === 'disowned' ? 'unavailable' : effect.told;
        assert.deepEqual(
          [told.outcome, world.pending.find('r') !== undefined, world.orphans.length === 1],
          [expected, effect.isPending, effect.isOrphan],
        );
      });
    }
  }
});

test('a repeat is the very same append', async (t) => {
  const world = createWorld();
  t.defer(() => world.writer.close());
  await reach['in-doubt'](world);
  assert.deepEqual(world.appends[1]?.request, world.appends[0]?.request);
});

test('a first message that arrives after its repeat changes nothing', async (t) => {
  const world = createWorld();
  t.defer(() => world.writer.close());
  const told = await reach['in-doubt'](world);
  await world.answer({ kind: 'appended', position: 9, isRepeat: false });
  await world.answer({ kind: 'appended', position: 9, isRepeat: true }, 0);
  assert.deepEqual([told.outcome, world.appends.length, world.orphans], ['admitted', 2, []]);
});

test('one that was folded before its answer comes sets nothing aside any longer', async (t) => {
  const world = createWorld();
  t.defer(() => world.writer.close());
  await reach['in-doubt'](world);
  world.folded.position = 9;
  await world.answer({ kind: 'appended', position: 9, isRepeat: true });
  assert.equal(world.pending.size(), 0);
});

test('while the log does not answer, one of thousands is repeated at a time; then all of them, a commit at a time', async (t) => {
  const world = createWorld();
  t.defer(() => world.writer.close());
  const count = 1_000;
  const told = Array.from({ length: count }, (_, index) => world.write(`r${index}`));
  for (let index = 0; index < count; index += 1) void world.answer(away, index);
  await world.appended(count + 1);
  assert.equal(world.writer.isAway(), true);
  for (let tries = 1; tries < 4; tries += 1) {
    await world.answer(away);
    await world.appended(count + tries + 1);
    assert.equal(world.appends.length, count + tries + 1);
  }
  let answered = world.appends.length - 1;
  const largest = { batch: 0 };
  while (answered < world.appends.length) {
    const batch = world.appends.slice(answered);
    largest.batch = Math.max(largest.batch, batch.length);
    for (const { answer } of batch) answer.resolve({ kind: 'appended', position: 9, isRepeat: false });
    answered += batch.length;
    await pause(5);
  }
  assert.equal(world.writer.isAway(), false);
  assert.ok(largest.batch <= 256, `${largest.batch} at once`);
  assert.deepEqual(new Set(told.map(({ outcome }) => outcome)), new Set(['admitted']));
  assert.equal(world.writer.doubtful.nanoUsdOf(payer), 0n);
});

test('one that the log never takes holds up no other', async (t) => {
  const world = createWorld();
  t.defer(() => world.writer.close());
  const broken = new Fault({ code: 'internal_error', message: 'The log refused the event.' });
  const [poison, other] = [world.write('poison'), world.write('other')];
  await world.answer(broken, 0);
  await world.answer(away, 1);
  for (let next = 2; other.outcome === undefined; next += 1) {
    await world.appended(next + 1);
    const isPoison = world.appends[next]?.request.stream === 'request-poison';
    await world.answer(isPoison ? broken : { kind: 'appended', position: 9, isRepeat: true }, next);
  }
  assert.deepEqual([other.outcome, poison.outcome, world.writer.isAway()], ['admitted', undefined, false]);
});

test('the asker of an overlapped admission is told no when its append fails, and its hold is ended once the log has it', async (t) => {
  const world = createWorld();
  t.defer(() => world.writer.close());
  const told = world.write('r', false);
  await world.answer(away);
  assert.equal(told.outcome, 'unavailable');
  await world.appended(2);
  await world.answer({ kind: 'appended', position: 9, isRepeat: true });
  assert.deepEqual(world.orphans, ['r']);
  // Its money counts as doubtful until its hold is over.
  assert.equal(world.writer.doubtful.nanoUsdOf(payer), 100n);
  world.writer.ended('r');
  assert.equal(world.writer.doubtful.nanoUsdOf(payer), 0n);
});
