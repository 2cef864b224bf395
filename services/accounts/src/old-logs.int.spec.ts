import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import { homeStream } from '#contracts/home-stream.ts';
import { Fault } from '#errors/fault.ts';
import { newId } from '#kernel/ids.ts';
import { credited, keyCreated, userCreated } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { test } from '#testkit/test.ts';
import { sealText } from './adapters/sealed-text.ts';
import { callsOf, startAccounts } from './testing.ts';

const subjectKey = Buffer.alloc(32, 7);

/** A user as accounts wrote it before there was administration of resources: name and e-mail sealed as a JSON array. */
const ada = userCreated({
  userId: 'u1',
  sealedProfile: sealText(subjectKey, 'u1', JSON.stringify(['Ada Lovelace', 'ada@example.com'])),
  requestsPerMinute: 60,
  multiplierBasisPoints: 12_500,
  createdAtMs: Date.parse('2026-03-01T00:00:00Z'),
});

async function startOnOldLog(...events: readonly GatewayEvent[]) {
  const journal = createMemoryJournal();
  for (const event of events) {
    const stream = homeStream(event);
    const expectedVersion = (await journal.readStream(stream)).length;
    const append = { stream, expectedVersion, correlationId: '', causationId: '' };
    await journal.append({ ...append, events: [{ ...event, eventId: newId() }] });
  }
  const running = await startAccounts(journal);
  await running.pool.query('insert into accounts.subject_key (user_id, key) values ($1, $2)', ['u1', subjectKey]);
  await running.projected();
  return running;
}

test('users and keys of an old log are read, listed and changed like any other', async () => {
  const running = await startOnOldLog(
    ada,
    credited('u1', 5n),
    keyCreated({ keyId: 'k1', userId: 'u1', name: 'laptop' }),
  );
  try {
    const calls = callsOf(running.accounts.admin);
    const { value, version } = await calls.get('user', 'u1');
    assert.partialDeepStrictEqual(value, {
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      status: 'active',
      requestsPerMinute: 60,
      multiplier: '1.25',
      createdAt: '2026-03-01T00:00:00.000Z',
      keys: [{ id: 'k1', name: 'laptop', status: 'active' }],
    });
    assert.equal(version, 1n);
    const changed = await calls.update('user', { id: 'u1', tags: ['vip'] }, { mask: ['tags'] });
    assert.partialDeepStrictEqual(changed, { version: 3n, value: { name: 'Ada Lovelace', tags: ['vip'] } });
    assert.equal((await calls.list('user', { filters: { email: 'ADA@example.com' } })).values[0]?.id, 'u1');
    const { entries } = await calls.auditLog({ kind: 'user', id: 'u1' });
    assert.deepEqual(
      entries.map(({ action, actor }) => [action, actor]),
      [
        ['update', 'bootstrap'],
        ['credit', ''],
        ['create', ''],
      ],
    );
  } finally {
    await running.stop();
  }
});

test('the e-mail of a user of an old log is taken, from the next start on', async () => {
  const running = await startOnOldLog(ada);
  try {
    const calls = callsOf((await running.restart()).admin);
    const taken = (thrown: unknown) => thrown instanceof Fault && thrown.refusal.param === 'email';
    await assert.rejects(calls.create('user', { name: 'Another', email: 'Ada@Example.com' }), taken);
    await calls.update('user', { id: 'u1', email: 'new@example.com' }, { mask: ['email'] });
    await calls.create('user', { name: 'Another', email: 'Ada@Example.com' });
    await assert.rejects(calls.create('user', { name: 'Third', email: 'new@example.com' }), taken);
  } finally {
    await running.stop();
  }
});
