import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { fn } from 'jest-mock';
import type { GatewayEvent } from '#contracts/events.ts';
import type { AdmitRequest, AdmitResponse, QuotaPort } from '#contracts/quota.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';
import { admitted, expired, used } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { plainChat } from '#testkit/plain-chat.ts';
import { test } from '#testkit/test.ts';
import { alreadyAdmitted } from '../domain/admission/refusals.ts';
import { createRepeatableAdmit } from './admit-again.ts';

const request: AdmitRequest = {
  requestId: 'r',
  userId: 'u',
  keyId: 'key',
  model: 'model',
  stream: false,
  candidates: [],
  promptTokensBound: 1,
  promptTokensEstimate: 1,
  outputTokensRequested: 5,
  choices: 1,
  ...plainChat,
};
const refused: AdmitResponse = { result: { kind: 'refused', refusal: alreadyAdmitted }, windows: [] };

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

/** Quota as it answers, on a log and at a moment. */
function repeatable(
  journal: Pick<Journal, 'readStream'>,
  admit: QuotaPort['admit'],
  { nowMs = 50 }: { readonly nowMs?: number } = {},
): QuotaPort['admit'] {
  return createRepeatableAdmit({ admit, journal, clock: () => nowMs });
}

const certain: AdmitResponse = {
  result: {
    kind: 'admitted',
    durable: null,
    eventId: 'e',
    candidates: [],
    holdNanoUsd: 7n,
    outputTokensMax: 5,
    outputTokensBound: 5,
    multiplierBasisPoints: 10_000,
  },
  windows: [],
};

test('asked again, a request is told the candidates, their costs and the copy that the log has', async () => {
  const priced = { provider: 'p', model: 'm', priceKey: 'c/m', priceVersion: 2 };
  const fallback = { ...priced, stage: 1, standsInFor: 'context_window', likelyCostNanoUsd: '12' } as const;
  const shadow = { ...priced, provider: 's', likelyCostNanoUsd: '7' };
  const routed = admitted({ ...asked, candidates: [priced, fallback], shadows: [shadow], expiresAtMs: 100 });
  const { result } = await repeatable(await logWith([routed]), async () => refused)(request);
  assert.ok(result.kind === 'admitted');
  assert.deepEqual([result.candidates, result.shadow], [[priced, fallback], shadow]);
});

test('asked again while it is being written, a request is admitted once, and all askers get the answer', async () => {
  const { promise, resolve } = Promise.withResolvers<AdmitResponse>();
  const admitOnce = fn(() => promise);
  const readStream = fn(async () => []);
  const admit = repeatable({ readStream }, admitOnce);
  const both = [admit(request), admit(request)];
  await pause(5);
  both.push(admit(request));
  resolve(certain);
  const [first, ...others] = await Promise.all(both);
  assert.deepEqual(others, [first, first]);
  assert.deepEqual([admitOnce.mock.calls.length, readStream.mock.calls.length], [1, 0]);
  await admit(request);
  assert.equal(admitOnce.mock.calls.length, 2, 'nothing of it is kept');
});

test('an admission in the log is given again, as it was admitted', async () => {
  const journal = await logWith([hold]);
  const [event] = await journal.readStream('request-r');
  const { result } = await repeatable(journal, async () => refused)(request);
  assert.ok(result.kind === 'admitted');
  assert.equal(result.holdNanoUsd, 7n);
  assert.equal(result.eventId, event?.eventId);
});

test('one that has ended, is over, or is of another user is not', async () => {
  const again = async (events: Parameters<typeof logWith>[0], nowMs: number, asked = request) =>
    repeatable(await logWith(events), async () => refused, { nowMs })(asked);
  await assert.rejects(again([hold, used({ requestId: 'r', userId: 'u' })], 50), has('conflict'));
  await assert.rejects(again([hold, expired({ requestId: 'r', userId: 'u', holdNanoUsd: 7n })], 50), has('conflict'));
  await assert.rejects(again([hold], 100), has('conflict'));
  await assert.rejects(again([hold], 50, { ...request, userId: 'v' }), has('conflict'));
  await assert.rejects(again([], 50), has('unavailable'));
});

test('one that an earlier version withdrew could not be written, and its id is used up', async () => {
  const data = { requestId: 'r', userId: 'u', failedAtMs: '1', inPlaceOf: 'RequestAdmitted' };
  const journal = await logWith([{ type: 'AdmissionWithdrawn', data }]);
  await assert.rejects(repeatable(journal, async () => refused)(request), has('unavailable'));
});

test('one that was refused for a moment, before anything of it was written, is decided anew when it is asked for again', async () => {
  const admitOnce = fn(async () => certain);
  admitOnce.mockImplementationOnce(async () => {
    throw new Fault({ code: 'unavailable', message: 'Too many requests wait to be admitted.' });
  });
  const admit = repeatable(await logWith([]), admitOnce);
  await assert.rejects(admit(request), has('unavailable'));
  assert.equal((await admit(request)).result.kind, 'admitted');
});
