import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, Journal } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';
import { keyRevoked } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { test } from '#testkit/test.ts';
import { beginTerm } from './begin-term.ts';

const revocation = (keyId: string): AppendRequest => ({
  stream: `key-${keyId}`,
  expectedVersion: 0,
  correlationId: '',
  causationId: '',
  events: [{ eventId: newId(), ...keyRevoked({ keyId }) }],
});

const isHeld = (): boolean => true;

test('terms that begin at once get an epoch each, and only the last may write', async () => {
  const journal = createMemoryJournal();
  const superseded: string[] = [];
  const terms = await Promise.all(
    ['a', 'b', 'c'].map((holder) =>
      beginTerm({ journal, service: 'quota', holder, isHeld, onSuperseded: () => superseded.push(holder) }),
    ),
  );
  assert.deepEqual(terms.map((term) => term.epoch).sort(), [1, 2, 3]);
  const results = await Promise.allSettled(terms.map((term, index) => term.journal.append(revocation(`${index}`))));
  const [first, second, third] = [...results.entries()].sort(
    ([a], [b]) => (terms[a]?.epoch ?? 0) - (terms[b]?.epoch ?? 0),
  );
  for (const lost of [first, second]) {
    assert.ok(lost?.[1].status === 'rejected' && lost[1].reason instanceof Fault);
    assert.equal(lost[1].reason.code, 'unavailable', 'whoever asked may ask the successor');
  }
  assert.equal(third?.[1].status, 'fulfilled');
  assert.equal(superseded.length, 2);
});

test('a term that is ended from within waits for its appends, takes no more, and says nothing of its successor', async () => {
  const memory = createMemoryJournal();
  const mayWrite = Promise.withResolvers<void>();
  const journal: Journal = {
    ...memory,
    async append(request) {
      if (request.term !== undefined) await mayWrite.promise;
      return memory.append(request);
    },
  };
  const term = await beginTerm({ journal, service: 'quota', holder: 'a', isHeld, onSuperseded: assert.ifError });
  const underWay = term.journal.append(revocation('written'));
  let isEnded = false;
  const ending = term.end().then(() => (isEnded = true));
  await assert.rejects(term.journal.append(revocation('refused')), { code: 'unavailable' });
  await beginTerm({ journal, service: 'quota', holder: 'b', isHeld, onSuperseded: assert.ifError });
  assert.equal(isEnded, false);
  mayWrite.resolve();
  await assert.rejects(underWay, { code: 'unavailable' });
  await ending;
});

test('a process that has lost its lease does not begin a term after that of its successor', async () => {
  const memory = createMemoryJournal();
  let mayLead = true;
  const journal: Journal = {
    ...memory,
    async append(request) {
      // The log is away until the successor has begun.
      mayLead = false;
      await beginTerm({ journal: memory, service: 'quota', holder: 'b', isHeld, onSuperseded: assert.ifError });
      return memory.append(request);
    },
  };
  const begin = () =>
    beginTerm({ journal, service: 'quota', holder: 'a', isHeld: () => mayLead, onSuperseded: assert.ifError });
  await assert.rejects(begin(), { code: 'unavailable' });
  await assert.rejects(begin(), { code: 'unavailable' });
  assert.equal((await memory.readStream('term-quota')).length, 1);
});
