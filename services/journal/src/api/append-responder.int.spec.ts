import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { journalAppend } from '#bus/subjects.ts';
import { answerFromMessage, appendToMessage } from '#clients/journal/append-message.ts';
import { Fault } from '#errors/fault.ts';
import { chainHash, GENESIS, leafHash } from '#journal/chain.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
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

test('an append of an earlier version is answered like any other', () =>
  withRemoteLog(async ({ bus, local }) => {
    const request = { ...revocations('a', 0, [newId()]), noticeTo: 'listener' };
    const { data } = await bus.request(journalAppend(PART), JSON.stringify(request), 1_000);
    assert.deepEqual(answerFromMessage(data), { kind: 'appended', position: 1, isRepeat: false });
    assert.equal(await local.head(), 1);
  }));

test('the text that the decider wrote is what the log keeps, hashes and hands on, however it is spelled', () =>
  withRemoteLog(async ({ bus, local, remote }) => {
    // To parse and write it again would drop the spaces and the first name, and spell the numbers and letters otherwise.
    const body = '{"keyId": "x","keyId":"\\u0061" , "userId":"ü", "revokedAtMs":"5","more":1.50e1}';
    const { events, ...request } = revocations('a', 0, [newId()]);
    const sent = { ...request, events: events.map((event) => ({ ...event, body })) };
    const relayed = Promise.withResolvers<string>();
    const onEvents = ([event]: readonly RecordedEvent[]): void => relayed.resolve(event?.body ?? '');
    const subscription = remote.subscribe({ name: 'follower', afterPosition: 0, onEvents });
    const { data } = await bus.request(journalAppend(PART), appendToMessage(sent), 1_000);
    assert.deepEqual(answerFromMessage(data), { kind: 'appended', position: 1, isRepeat: false });
    const [stored] = await local.readStored(0, 1);
    assert.equal(stored?.body, body);
    assert.deepEqual(stored?.chain, chainHash(GENESIS, leafHash(stored)));
    assert.equal(await relayed.promise, body);
    assert.equal((await remote.readStream('key-a'))[0]?.body, body);
    await subscription.close();
  }));

test('a body that is no JSON is refused without being parsed here, and the log goes on', () =>
  withRemoteLog(async ({ local, remote }) => {
    const { events, ...request } = revocations('a', 0, [newId()]);
    const sent = { ...request, events: events.map((event) => ({ ...event, body: '{"keyId":' })) };
    const results = await Promise.allSettled([remote.append(sent), appendTo(remote, 'b')]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    );
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
