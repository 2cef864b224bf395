import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { fn } from 'jest-mock';
import type { GatewayEvent } from '#contracts/events.ts';
import type { Admission, AdmitRequest, AdmitResponse } from '#contracts/quota.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import { newId } from '#kernel/ids.ts';
import { admitted, expired, used } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { test } from '#testkit/test.ts';
import { alreadyAdmitted } from '../domain/admission/refusals.ts';
import { WriteFault } from './admit.ts';
import { createRepeatableAdmit } from './admit-again.ts';

const request: AdmitRequest = {
  requestId: 'r',
  userId: 'u',
  keyId: 'key',
  model: 'model',
  stream: false,
  candidates: [],
  promptTokensBound: 1,
  outputTokensRequested: 5,
  choices: 1,
};
const refused: AdmitResponse = { result: { kind: 'refused', refusal: alreadyAdmitted }, window: null };

async function logWith(events: readonly GatewayEvent[]) {
  const journal = createMemoryJournal();
  let expectedVersion = 0;
  for (const event of events) {
    const stream = streams.request('r');
    await journal.append({
      stream,
      expectedVersion,
      correlationId: '',
      causationId: '',
      events: [{ eventId: newId(), ...event }],
    });
    expectedVersion += 1;
  }
  return journal;
}

const asked = { requestId: 'r', userId: 'u', keyId: 'key', model: 'model', candidates: [] };
const hold = admitted({ ...asked, holdNanoUsd: 7n, admittedAtMs: 0, expiresAtMs: 100 });
const has = (code: string) => (thrown: unknown) => thrown instanceof Fault && thrown.code === code;

test('asked twice at once, a request is admitted once, and both get the answer', async () => {
  const { promise, resolve } = Promise.withResolvers<AdmitResponse>();
  const admitOnce = fn(() => promise);
  const admit = createRepeatableAdmit({ journal: await logWith([]), clock: () => 0, admit: admitOnce });
  const both = [admit(request), admit(request)];
  resolve({ result: { kind: 'refused', refusal: { code: 'insufficient_balance', message: 'no' } }, window: null });
  const [first, second] = await Promise.all(both);
  assert.equal(first, second);
  assert.equal(admitOnce.mock.calls.length, 1);
});

test('an admission in the log is given again, as it was admitted', async () => {
  const journal = await logWith([hold]);
  const [event] = await journal.readStream('request-r');
  const { result } = await createRepeatableAdmit({ journal, clock: () => 50, admit: async () => refused })(request);
  assert.ok(result.kind === 'admitted');
  assert.equal(result.holdNanoUsd, 7n);
  assert.equal(result.eventId, event?.eventId);
});

test('one that has ended, is over, or is of another user is not', async () => {
  const again = async (events: Parameters<typeof logWith>[0], nowMs: number, asked = request) =>
    createRepeatableAdmit({ journal: await logWith(events), clock: () => nowMs, admit: async () => refused })(asked);
  await assert.rejects(again([hold, used({ requestId: 'r', userId: 'u' })], 50), has('conflict'));
  await assert.rejects(again([hold], 100), has('conflict'));
  await assert.rejects(again([hold], 50, { ...request, userId: 'v' }), has('conflict'));
  await assert.rejects(again([], 50), has('unavailable'));
});

test('one that was withdrawn by the leader before could not be written, and its id is used up', async () => {
  const data = { requestId: 'r', userId: 'u', failedAtMs: '1', inPlaceOf: 'RequestAdmitted' };
  const journal = await logWith([{ type: 'AdmissionWithdrawn', data }]);
  const admit = createRepeatableAdmit({ journal, clock: () => 50, admit: async () => refused });
  await assert.rejects(admit(request), has('unavailable'));
});

test('a request that was begun before its admission was certain is told of it though it has ended meanwhile', async () => {
  const journal = await logWith([hold, used({ requestId: 'r', userId: 'u' })]);
  const admit = createRepeatableAdmit({ journal, clock: () => 100, admit: async () => refused });
  const { result } = await admit({ ...request, isUnderWay: true });
  assert.ok(result.kind === 'admitted');
  assert.equal(result.holdNanoUsd, 7n);
});

test('one whose hold was given back meanwhile is not admitted: nothing that it is given could be charged', async () => {
  const journal = await logWith([hold, expired({ requestId: 'r', userId: 'u', holdNanoUsd: 7n })]);
  const admit = createRepeatableAdmit({ journal, clock: () => 50, admit: async () => refused });
  await assert.rejects(admit({ ...request, isUnderWay: true }), has('conflict'));
});

test('an admission whose write failed is refused when it is asked for again, though the log may hold it by then', async () => {
  let nowMs = 0;
  let calls = 0;
  const admit = createRepeatableAdmit({
    journal: await logWith([hold]),
    clock: () => nowMs,
    async admit() {
      calls += 1;
      if (calls === 1) throw new WriteFault({ code: 'unavailable', message: 'the log is away' });
      return refused;
    },
  });
  await assert.rejects(admit(request), has('unavailable'));
  await assert.rejects(admit(request), has('unavailable'));
  assert.equal(calls, 1);
  nowMs = 60_000;
  await assert.rejects(admit(request), has('conflict'), 'long expired by then');
});

test('one that was refused for a moment, before anything of it was written, is decided anew when it is asked for again', async () => {
  const admitOnce = fn(async (): Promise<AdmitResponse> => ({ result: { ...certain }, window: null }));
  admitOnce.mockImplementationOnce(async () => {
    throw new Fault({ code: 'unavailable', message: 'Too many requests wait to be admitted.' });
  });
  const admit = createRepeatableAdmit({ journal: await logWith([]), clock: () => 0, admit: admitOnce });
  await assert.rejects(admit(request), has('unavailable'));
  assert.equal((await admit(request)).result.kind, 'admitted');
});

const certain: Admission = {
  kind: 'admitted',
  durable: null,
  eventId: 'e',
  candidates: [],
  holdNanoUsd: 7n,
  outputTokensMax: 5,
  outputTokensBound: 5,
};

const placed = (durable: Promise<void>, terms: { readonly holdNanoUsd: bigint }, eventId: string): AdmitResponse => ({
  result: {
    kind: 'admitted',
    durable,
    eventId,
    candidates: [],
    outputTokensMax: hold.data.outputTokensBound,
    outputTokensBound: hold.data.outputTokensBound,
    ...terms,
  },
  window: null,
});

async function fateOf(journal: Awaited<ReturnType<typeof logWith>>, response: AdmitResponse) {
  const admit = createRepeatableAdmit({ journal, clock: () => 50, admit: async () => response });
  const { result } = await admit(request);
  assert.ok(result.kind === 'admitted' && result.durable !== null);
  return { admit, durable: result.durable };
}

test('one told early is told again as it was while it is being written, and the log is not asked for it', async () => {
  const { promise: written, resolve } = Promise.withResolvers<void>();
  const readStream = fn(async () => []);
  const admitOnce = fn(async () => placed(written, { holdNanoUsd: 7n }, 'e'));
  const admit = createRepeatableAdmit({ journal: { readStream }, clock: () => 50, admit: admitOnce });
  const first = await admit(request);
  assert.equal(await admit({ ...request, isUnderWay: true }), first);
  assert.deepEqual([admitOnce.mock.calls.length, readStream.mock.calls.length], [1, 0]);
  resolve();
  assert.ok(first.result.kind === 'admitted');
  await first.result.durable;
  await new Promise((next) => setImmediate(next));
  await admit(request);
  assert.equal(admitOnce.mock.calls.length, 2, 'nothing of it is kept');
});

test('an admission told early whose write fails is not given out later', async () => {
  const failed = Promise.reject(new Fault({ code: 'unavailable', message: 'the log is away' }));
  const { admit, durable } = await fateOf(await logWith([]), placed(failed, { holdNanoUsd: 7n }, newId()));
  await assert.rejects(durable, has('unavailable'));
  await assert.rejects(admit(request), has('unavailable'));
});

test('where the log may have told its asker, an admission whose write seemed to fail is what the log says it is', async () => {
  const failed = pause(1).then(() => Promise.reject(new Fault({ code: 'unavailable', message: 'the log is away' })));
  const admitOnce = fn(async () => refused);
  const response = placed(failed, { holdNanoUsd: 7n }, newId());
  admitOnce.mockImplementationOnce(async () => response);
  const admit = createRepeatableAdmit({ journal: await logWith([hold]), clock: () => 50, admit: admitOnce });
  const { result } = await admit({ ...request, noticeTo: 'listener' });
  assert.ok(result.kind === 'admitted' && result.durable !== null);
  await assert.rejects(result.durable, has('unavailable'));
  await pause(5);
  assert.equal((await admit(request)).result.kind, 'admitted');
});

test('one told early that the log has from the leader before is durable on its terms, and on no others', async () => {
  const journal = await logWith([hold]);
  const [event] = await journal.readStream('request-r');
  const conflict = () => Promise.reject(new Fault(alreadyAdmitted));
  const same = await fateOf(journal, placed(conflict(), { holdNanoUsd: 7n }, event?.eventId ?? ''));
  await same.durable;
  const other = await fateOf(journal, placed(conflict(), { holdNanoUsd: 8n }, event?.eventId ?? ''));
  await assert.rejects(other.durable, has('conflict'));
});
