import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { journalAppend } from '#bus/subjects.ts';
import { Fault } from '#errors/fault.ts';
import { answerFromMessage, appendToMessage } from '#journal/append-message.ts';
import { newId } from '#kernel/ids.ts';
import { beginTerm } from '#leadership/begin-term.ts';
import { revocations, testJournalContract } from '#testkit/journal-contract.ts';
import { test } from '#testkit/test.ts';
import { appendTo, PART, withRemoteLog } from '../testing.ts';

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
    // As the leader would do if its answer had been lost.
    void local.append(request);
    assert.equal((await remote.readStream('key-a')).length, 1);
  }));

test('an append of an earlier version that names a listener is answered like any other', () =>
  withRemoteLog(async ({ bus, local }) => {
    const request = { ...revocations('a', 0, [newId()]), noticeTo: 'listener' };
    const { data } = await bus.request(journalAppend(PART), appendToMessage(request), 1_000);
    assert.deepEqual(answerFromMessage(data), { kind: 'appended', position: 1, isRepeat: false });
    assert.equal(await local.head(), 1);
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
