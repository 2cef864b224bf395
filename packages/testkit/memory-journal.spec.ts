import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest } from '#journal/journal.ts';
import { createMemoryJournal } from './memory-journal.ts';

function revocation(eventId: string, keyId: string, expectedVersion: number, revokedAtMs = '5'): AppendRequest {
  return {
    stream: `key-${keyId}`,
    expectedVersion,
    correlationId: 'c',
    causationId: '',
    events: [{ eventId, type: 'ApiKeyRevoked', data: { keyId, userId: 'u', revokedAtMs } }],
  };
}

test('positions are gapless and stream versions count from 1', async () => {
  const journal = createMemoryJournal(() => 7);
  await journal.append(revocation('e1', 'a', 0));
  await journal.append(revocation('e2', 'b', 0));
  await journal.append(revocation('e3', 'a', 1));
  const events = await journal.readStream('key-a');
  assert.deepEqual(
    events.map((event) => [event.position, event.version, event.recordedAtMs]),
    [
      [1, 1, 7],
      [3, 2, 7],
    ],
  );
  assert.equal(journal.head(), 3);
});

test('a wrong expected version writes nothing and tells the version there is', async () => {
  const journal = createMemoryJournal();
  await journal.append(revocation('e1', 'a', 0));
  assert.deepEqual(await journal.append(revocation('e2', 'a', 0)), { kind: 'version-conflict', actualVersion: 1 });
  assert.equal(journal.head(), 1);
});

test('the same id and bytes are a repeat, whatever the version is by then; other bytes are a conflict', async () => {
  const journal = createMemoryJournal();
  await journal.append(revocation('e1', 'a', 0));
  await journal.append(revocation('e2', 'a', 1));
  assert.deepEqual(await journal.append(revocation('e1', 'a', 0)), { kind: 'appended', position: 1, isRepeat: true });
  await assert.rejects(
    journal.append(revocation('e1', 'a', 0, '6')),
    (thrown) => thrown instanceof Fault && thrown.code === 'conflict',
  );
});

test('a subscriber is given every event after its position, in order, and again after it threw', async () => {
  const journal = createMemoryJournal();
  for (let i = 0; i < 3; i += 1) await journal.append(revocation(`e${i}`, `k${i}`, 0));
  const seen: number[] = [];
  let throwsLeft = 1;
  const subscription = journal.subscribe({
    name: 'test',
    afterPosition: 1,
    onEvents: (events) => {
      if (throwsLeft-- > 0) throw new Error('once');
      for (const event of events) seen.push(event.position);
    },
  });
  await journal.append(revocation('e9', 'k9', 0));
  await subscription.reached(4);
  assert.deepEqual(seen, [2, 3, 4]);
  await subscription.close();
  await journal.append(revocation('e10', 'k10', 0));
  assert.equal(subscription.position(), 4);
});

test('read gives the events after a position up to the head of that moment', async () => {
  const journal = createMemoryJournal();
  for (let i = 0; i < 205; i += 1) await journal.append(revocation(`e${i}`, `k${i}`, 0));
  const positions: number[] = [];
  for await (const batch of journal.read(2)) for (const event of batch) positions.push(event.position);
  assert.deepEqual([positions.length, positions[0], positions.at(-1)], [203, 3, 205]);
});
