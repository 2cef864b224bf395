import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '#bus/connect-bus.ts';
import { durableNotice } from '#bus/subjects.ts';
import { Fault } from '#errors/fault.ts';
import { noticesFromMessage } from '#journal/durable-notice.ts';
import { newId } from '#kernel/ids.ts';
import { beginTerm } from '#leadership/begin-term.ts';
import { revocations, testJournalContract } from '#testkit/journal-contract.ts';
import { test } from '#testkit/test.ts';
import { appendTo, follow, PART, withRemoteLog } from '../testing.ts';

testJournalContract('NATS and gRPC', (use) => withRemoteLog(({ remote }) => use(remote)), { isInProcess: false });

test('an append that nobody answers is repeated until somebody does, and is written once', () =>
  withRemoteLog(async ({ remote, local, lead }) => {
    lead(false);
    const waiting = appendTo(remote, 'a');
    await pause(1_500);
    lead(true);
    assert.deepEqual(await waiting, { kind: 'appended', position: 1, isRepeat: false });
    assert.equal(await local.head(), 1);
  }));

test('an append while the bus is away ends in a clear no, and the same one after it is written', () =>
  withRemoteLog(async ({ nats, remote }) => {
    const request = revocations('a', 0, [newId()]);
    await nats.stop();
    await assert.rejects(remote.append(request), (thrown) => thrown instanceof Fault && thrown.code === 'unavailable');
    await nats.start();
    assert.equal((await remote.append(request)).kind, 'appended');
  }));

test('what an append given up on may still become is settled before its stream is read', () =>
  withRemoteLog(async ({ remote, lead, local }) => {
    const request = revocations('a', 0, [newId()]);
    lead(false);
    await assert.rejects(remote.append(request), Fault);
    lead(true);
    // As the leader would, had it been the answer that was lost.
    void local.append(request);
    assert.equal((await remote.readStream('key-a')).length, 1);
  }));

/** Hears what the writer tells `listener`. */
async function listen(bus: Bus): Promise<string[]> {
  const heard: string[] = [];
  bus.respond(durableNotice(PART, 'listener'), ({ data }) => void heard.push(...noticesFromMessage(data)));
  await bus.connection.flush();
  return heard;
}

const told = (name: string) => ({ ...revocations(name, 0, [newId()]), noticeTo: 'listener' });

test('a listener is told what is durable, of one commit together, and its author learns it from the events', () =>
  withRemoteLog(async ({ bus, remote }) => {
    const heard = await listen(bus);
    follow(remote);
    const requests = ['a', 'b', 'c'].map(told);
    const results = await Promise.all(requests.map((request) => remote.append(request)));
    assert.deepEqual(
      results,
      [1, 2, 3].map((position) => ({ kind: 'appended', position, isRepeat: false })),
    );
    assert.deepEqual(
      heard,
      requests.map(({ events }) => `${events[0]?.eventId}/0`),
    );
  }));

test('the term an event was written in is told with it', () =>
  withRemoteLog(async ({ bus, remote }) => {
    const heard = await listen(bus);
    follow(remote);
    const leader = { service: 'quota', holder: 'me', isHeld: () => true, onSuperseded: assert.ifError };
    const term = await beginTerm({ journal: remote, ...leader });
    const request = told('a');
    await term.journal.append(request);
    assert.deepEqual(heard, [`${request.events[0]?.eventId}/${term.epoch}`]);
  }));

test('of an append that is not new nobody is told: whoever sent it is answered', () =>
  withRemoteLog(async ({ bus, local, remote }) => {
    const heard = await listen(bus);
    const request = told('a');
    await local.append(request);
    assert.deepEqual(await remote.append(request), { kind: 'appended', position: 1, isRepeat: true });
    assert.deepEqual(await remote.append(told('a')), { kind: 'version-conflict', actualVersion: 1 });
    assert.deepEqual(heard, []);
  }));

test('an append whose author sees no events is asked for again, and is the first anybody hears of it', () =>
  withRemoteLog(async ({ bus, local, remote }) => {
    const heard = await listen(bus);
    const request = told('a');
    assert.deepEqual(await remote.append(request), { kind: 'appended', position: 1, isRepeat: false });
    assert.deepEqual(heard, [`${request.events[0]?.eventId}/0`]);
    assert.equal(await local.head(), 1);
  }));

test('an append that is to be told and that nobody hears is repeated until it is written', () =>
  withRemoteLog(async ({ remote, local, lead }) => {
    lead(false);
    const waiting = remote.append(told('a'));
    await pause(1_500);
    lead(true);
    assert.deepEqual(await waiting, { kind: 'appended', position: 1, isRepeat: false });
    assert.equal(await local.head(), 1);
  }));

test('a listener that is no name is refused, so that nobody has the writer speak on a subject of theirs', () =>
  withRemoteLog(async ({ local, remote }) => {
    for (const noticeTo of ['', 'a.b', '*', '>', 'a b', 'x'.repeat(65)]) {
      const refused = remote.append({ ...told('a'), noticeTo });
      await assert.rejects(refused, (thrown) => thrown instanceof Fault && thrown.code === 'invalid_request', noticeTo);
    }
    assert.equal(await local.head(), 0);
  }));

test('a term begins however many there were, more than are read in one answer', { timeoutMs: 60_000 }, () =>
  withRemoteLog(async ({ remote, local }) => {
    const epochs = 25_000;
    const began = (epoch: number) =>
      ({ eventId: newId(), type: 'TermBegan', data: { service: 'quota', epoch, holder: 'a' } }) as const;
    const stream = 'term-quota';
    for (let epoch = 0; epoch < epochs; epoch += 500) {
      const events = Array.from({ length: 500 }, (_, index) => began(epoch + index + 1));
      await local.append({ stream, expectedVersion: epoch, correlationId: '', causationId: '', events });
    }
    const term = await beginTerm({
      journal: remote,
      service: 'quota',
      holder: 'b',
      isHeld: () => true,
      onSuperseded: assert.ifError,
    });
    assert.equal(term.epoch, epochs + 1);
    await term.journal.append(revocations('a', 0, [newId()]));
  }),
);
