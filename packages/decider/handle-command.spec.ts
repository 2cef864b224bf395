import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import { keyRevoked } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { test } from '#testkit/test.ts';
import { accept, type Decider, refuse } from './decider.ts';
import { handleCommand } from './handle-command.ts';

type Revoked = GatewayEvent<'ApiKeyRevoked'>;

const revoked = (keyId: string, revokedAtMs = '1'): Revoked => keyRevoked({ keyId, revokedAtMs });

/** A set of at most a hundred items. Adding an item that it has changes nothing. */
const setDecider: Decider<Revoked, Revoked, readonly string[], Refusal> = {
  initial: () => [],
  decide: (command, state) => {
    if (state.includes(command.data.keyId)) return accept();
    if (state.length >= 100) return refuse({ code: 'quota_exceeded', message: 'the set is full' });
    return accept(command);
  },
  evolve: (state, event) => [...state, event.data.keyId],
};

const add = (journal: Pick<Journal, 'append' | 'readStream'>, command: Revoked, eventId?: string) =>
  handleCommand({
    journal,
    decider: setDecider,
    stream: 'key-set',
    command,
    correlationId: 'c',
    ...(eventId === undefined ? {} : { eventId: () => eventId }),
  });

test('what is decided is durable under the given id when the command resolves', async () => {
  const journal = createMemoryJournal();
  await add(journal, revoked('a'));
  const outcome = await add(journal, revoked('b'), 'id-of-b');
  assert.deepEqual(outcome, {
    kind: 'accepted',
    events: [revoked('b')],
    state: ['a', 'b'],
    version: 2,
    position: 2,
  });
  const stored = await journal.readStream('key-set');
  assert.equal(stored[1]?.eventId, 'id-of-b');
  assert.equal(stored[1]?.correlationId, 'c');
  assert.equal(stored[1]?.causationId, '');
});

test('a refusal writes nothing', async () => {
  const journal = createMemoryJournal();
  for (let n = 0; n < 100; n += 1) await add(journal, revoked(`k${n}`));
  const outcome = await add(journal, revoked('one more'));
  assert.equal(outcome.kind === 'refused' && outcome.refusal.code, 'quota_exceeded');
  assert.equal(await journal.head(), 100);
});

test('a command that changes nothing writes nothing, and names the position it can be seen at', async () => {
  const journal = createMemoryJournal();
  await add(journal, revoked('a'));
  assert.deepEqual(await add(journal, revoked('a')), {
    kind: 'accepted',
    events: [],
    state: ['a'],
    version: 1,
    position: 1,
  });
  assert.equal(await journal.head(), 1);
});

test('where another writer came first the command is decided anew on what that one wrote', async () => {
  const journal = createMemoryJournal();
  let isFirst = true;
  const overtaken: Pick<Journal, 'append' | 'readStream'> = {
    readStream: journal.readStream,
    append: async (request) => {
      if (isFirst) {
        isFirst = false;
        await add(journal, revoked('a', '2'));
      }
      return journal.append(request);
    },
  };
  const outcome = await add(overtaken, revoked('a', '1'));
  assert.deepEqual(outcome.kind === 'accepted' && outcome.events, []);
  assert.equal(await journal.head(), 1);
});

test('thirty-two writers of one stream at once all get through', async () => {
  const journal = createMemoryJournal();
  await Promise.all(Array.from({ length: 32 }, (_, n) => add(journal, revoked(`k${n}`))));
  assert.equal((await journal.readStream('key-set')).length, 32);
});

test('a stream that never holds still is unavailable, and the attempts end', async () => {
  const journal = createMemoryJournal();
  let attempts = 0;
  const contended: Pick<Journal, 'append' | 'readStream'> = {
    readStream: journal.readStream,
    append: async () => {
      attempts += 1;
      return { kind: 'version-conflict', actualVersion: attempts };
    },
  };
  await assert.rejects(
    add(contended, revoked('a')),
    (thrown) => thrown instanceof Fault && thrown.code === 'unavailable',
  );
  assert.equal(attempts, 32);
});

test('of two racing repeats one writes, and the other finds it written', async () => {
  const journal = createMemoryJournal();
  const outcomes = await Promise.all([add(journal, revoked('a', '1'), 'id'), add(journal, revoked('a', '2'), 'id')]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind === 'accepted' && outcome.events.length),
    [1, 0],
  );
  assert.equal(await journal.head(), 1);
});

test('an event id that another stream has is a conflict', async () => {
  const journal = createMemoryJournal();
  const elsewhere = { stream: 'key-other', expectedVersion: 0, correlationId: 'c', causationId: '' };
  await journal.append({ ...elsewhere, events: [{ ...revoked('x'), eventId: 'id' }] });
  await assert.rejects(
    add(journal, revoked('a'), 'id'),
    (thrown) => thrown instanceof Fault && thrown.code === 'conflict',
  );
});

test('a log that cannot be written is unavailable, and nothing is tried again', async () => {
  const journal = createMemoryJournal();
  let attempts = 0;
  const down: Pick<Journal, 'append' | 'readStream'> = {
    readStream: journal.readStream,
    append: async () => {
      attempts += 1;
      throw new Fault({ code: 'unavailable', message: 'no log' });
    },
  };
  await assert.rejects(add(down, revoked('a')), (thrown) => thrown instanceof Fault && thrown.code === 'unavailable');
  assert.equal(attempts, 1);
});
