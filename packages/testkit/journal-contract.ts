import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { newId } from '#kernel/ids.ts';
import { test } from '#testkit/test.ts';

/** An append of one or more small events to a stream. */
export function revocations(keyId: string, expectedVersion: number, eventIds: readonly string[]): AppendRequest {
  return {
    stream: `key-${keyId}`,
    expectedVersion,
    correlationId: `correlation of ${keyId}`,
    causationId: '',
    events: eventIds.map((eventId) => ({
      eventId,
      type: 'ApiKeyRevoked',
      data: { keyId, userId: 'ü "quoted" \u0000 \ud83d\ude00', revokedAtMs: '5' },
    })),
  };
}

/** An append that begins the next term of a service. */
function termBegins(service: string, epoch: number): AppendRequest {
  return {
    stream: `term-${service}`,
    expectedVersion: epoch - 1,
    correlationId: '',
    causationId: '',
    events: [{ eventId: newId(), type: 'TermBegan', data: { service, epoch, holder: 'somebody' } }],
  };
}

/** States one guarantee; its test gets an empty log. */
type Guarantee = (sentence: string, use: (journal: Journal) => Promise<void>) => void;

/**
 * What every log keeps, whatever it is kept in. Each test opens a log of its own. One in the process of its subscribers
 * keeps one thing more: a fold is never behind the answer of an append.
 */
export function testJournalContract(
  name: string,
  open: (use: (journal: Journal) => Promise<void>) => Promise<void>,
  { isInProcess = true } = {},
): void {
  const guarantee: Guarantee = (sentence, use) => {
    test(`${name}: ${sentence}`, () => open(use));
  };
  testVersions(guarantee);
  testTerms(guarantee);
  testRepeats(guarantee);
  testSubscribers(guarantee);
  if (isInProcess) testFolds(guarantee);
}

function testVersions(guarantee: Guarantee): void {
  guarantee('positions are gapless and stream versions count from 1', async (journal) => {
    await journal.append(revocations('a', 0, [newId()]));
    await journal.append(revocations('b', 0, [newId(), newId()]));
    await journal.append(revocations('a', 1, [newId()]));
    assert.deepEqual(
      (await journal.readStream('key-a')).map((event) => [event.position, event.version]),
      [
        [1, 1],
        [4, 2],
      ],
    );
    assert.equal(await journal.head(), 4);
  });

  guarantee('a wrong expected version writes nothing and tells the version there is', async (journal) => {
    await journal.append(revocations('a', 0, [newId()]));
    for (const wrong of [0, 2, 7]) {
      const result = await journal.append(revocations('a', wrong, [newId()]));
      assert.deepEqual(result, { kind: 'version-conflict', actualVersion: 1 });
    }
    assert.equal(await journal.head(), 1);
  });

  guarantee('of many that expect the same version one wins', async (journal) => {
    const results = await Promise.all(Array.from({ length: 50 }, () => journal.append(revocations('a', 0, [newId()]))));
    assert.equal(results.filter((result) => result.kind === 'appended').length, 1);
    assert.equal(await journal.head(), 1);
  });

  guarantee('what is read is what was appended, to the byte', async (journal) => {
    const request = revocations('a', 0, [newId()]);
    await journal.append(request);
    const [event] = await journal.readStream('key-a');
    assert.equal(event?.body, JSON.stringify(request.events[0]?.data));
    assert.deepEqual(event?.data, request.events[0]?.data);
    assert.equal(event?.correlationId, 'correlation of a');
  });
}

function testTerms(guarantee: Guarantee): void {
  guarantee('of a term that is over, or not begun, nothing is written', async (journal) => {
    const inTerm = (epoch: number, keyId: string): AppendRequest => ({
      ...revocations(keyId, 0, [newId()]),
      term: { service: 'quota', epoch },
    });
    const isSuperseded = (thrown: unknown): boolean => thrown instanceof Fault && thrown.code === 'superseded';
    await assert.rejects(journal.append(inTerm(1, 'early')), isSuperseded);
    await journal.append(termBegins('quota', 1));
    const written = inTerm(1, 'a');
    await journal.append(written);
    await journal.append(termBegins('billing', 1));
    await journal.append(inTerm(1, 'b'));
    await journal.append(termBegins('quota', 2));
    await assert.rejects(journal.append(inTerm(1, 'c')), isSuperseded);
    await assert.rejects(journal.append(written), isSuperseded, 'not even what is there already');
    await assert.rejects(journal.append(inTerm(3, 'd')), isSuperseded);
    await journal.append(inTerm(2, 'e'));
    assert.deepEqual(await journal.append(termBegins('quota', 2)), { kind: 'version-conflict', actualVersion: 2 });
    assert.equal(await journal.head(), 6);
  });

  guarantee('appends that come together with the end of their term are on one side of it', async (journal) => {
    await journal.append(termBegins('quota', 1));
    const requests = Array.from({ length: 20 }, (_, index) => ({
      ...revocations(`k${index}`, 0, [newId()]),
      term: { service: 'quota', epoch: 1 },
    }));
    const appends = requests.map((request) => journal.append(request).catch((thrown: unknown) => thrown));
    appends.splice(10, 0, journal.append(termBegins('quota', 2)));
    appends.push(...requests.map((request) => journal.append(request).catch((thrown: unknown) => thrown)));
    await Promise.all(appends);
    const events: RecordedEvent[] = [];
    for await (const batch of journal.read(0)) events.push(...batch);
    const secondTerm = events.findIndex((event) => event.type === 'TermBegan' && event.data.epoch === 2);
    assert.equal(secondTerm, events.length - 1, 'nothing of the first term follows the second');
    assert.equal(events.length, new Set(events.map((event) => event.eventId)).size);
  });
}

function testRepeats(guarantee: Guarantee): void {
  guarantee('the same append again is the same append: old position, nothing new', async (journal) => {
    const request = revocations('a', 0, [newId(), newId()]);
    await journal.append(request);
    await journal.append(revocations('b', 0, [newId()]));
    assert.deepEqual(await journal.append(request), { kind: 'appended', position: 2, isRepeat: true });
    assert.equal(await journal.head(), 3);
  });

  guarantee('two of the same at the same time are written once', async (journal) => {
    const request = revocations('a', 0, [newId()]);
    const results = await Promise.all([journal.append(request), journal.append(request), journal.append(request)]);
    assert.deepEqual(
      results.map((result) => result.kind === 'appended' && [result.position, result.isRepeat]),
      [
        [1, false],
        [1, true],
        [1, true],
      ],
    );
  });

  guarantee('an id that is taken by other bytes is a conflict', async (journal) => {
    const eventId = newId();
    await journal.append(revocations('a', 0, [eventId]));
    await assert.rejects(
      journal.append(revocations('b', 0, [eventId])),
      (error) => error instanceof Fault && error.code === 'conflict',
    );
    assert.equal(await journal.head(), 1);
  });

  guarantee('one bad append of many at once leaves the others be', async (journal) => {
    const taken = newId();
    await journal.append(revocations('x', 0, [taken]));
    const results = await Promise.allSettled([
      journal.append(revocations('a', 0, [newId()])),
      journal.append(revocations('b', 0, [taken])),
      journal.append(revocations('c', 3, [newId()])),
      journal.append(revocations('d', 0, [newId()])),
    ]);
    assert.deepEqual(
      results.map((result) => (result.status === 'fulfilled' ? result.value.kind : 'rejected')),
      ['appended', 'rejected', 'version-conflict', 'appended'],
    );
    assert.equal(await journal.head(), 3);
  });
}

function testSubscribers(guarantee: Guarantee): void {
  guarantee('a subscriber gets every event once and in order, those before it and those after', async (journal) => {
    for (let n = 0; n < 30; n += 1) await journal.append(revocations(`before${n}`, 0, [newId()]));
    const seen: number[] = [];
    const take = (events: readonly RecordedEvent[]): void => {
      seen.push(...events.map((event) => event.position));
    };
    const early = journal.subscribe({ name: 'early', afterPosition: 10, onEvents: take });
    await Promise.all(Array.from({ length: 300 }, (_, n) => journal.append(revocations(`after${n}`, 0, [newId()]))));
    await early.reached(330);
    assert.deepEqual(
      seen,
      Array.from({ length: 320 }, (_, n) => n + 11),
    );
    await early.close();
  });

  guarantee('a subscriber gets the types that it wants, and its position moves over all others', async (journal) => {
    const seen: string[] = [];
    const options = { types: new Set(['TermBegan'] as const), afterPosition: 0 };
    const terms = journal.subscribe({
      name: 'terms',
      ...options,
      onEvents: (events) => void seen.push(...events.map(({ type, position }) => `${type} ${position}`)),
    });
    for (let n = 0; n < 20; n += 1) await journal.append(revocations(`before${n}`, 0, [newId()]));
    await terms.reached(20);
    await journal.append(termBegins('quota', 1));
    await journal.append(revocations('after', 0, [newId()]));
    await terms.reached(22);
    assert.deepEqual(seen, ['TermBegan 21']);
    await terms.close();
  });

  guarantee(
    'a subscriber that is slow, or fails, misses nothing and gets nothing twice that it took',
    async (journal) => {
      const seen: number[] = [];
      let failures = 2;
      const slow = journal.subscribe({
        name: 'slow',
        afterPosition: 0,
        onEvents: async (events) => {
          await new Promise((resolve) => setImmediate(resolve));
          if (failures > 0 && seen.length > 0) {
            failures -= 1;
            throw new Error('the subscriber failed');
          }
          seen.push(...events.map((event) => event.position));
        },
      });
      for (let n = 0; n < 20; n += 1) {
        await journal.append(revocations(`s${n}`, 0, [newId()]));
        // So that they come in several calls, however far from the log this is.
        if (n < 4) await slow.reached(n + 1);
      }
      await slow.reached(20);
      assert.deepEqual(
        seen,
        Array.from({ length: 20 }, (_, n) => n + 1),
      );
      assert.equal(failures, 0);
      await slow.close();
    },
  );
}

function testFolds(guarantee: Guarantee): void {
  guarantee('a subscriber that folds in memory is never behind the answer of an append', async (journal) => {
    let folded = 0;
    const fold = journal.subscribe({
      name: 'fold',
      afterPosition: 0,
      onEvents: (events) => {
        folded = events.at(-1)?.position ?? folded;
      },
    });
    for (let n = 0; n < 20; n += 1) {
      const result = await journal.append(revocations(`f${n}`, 0, [newId()]));
      if (n > 0) assert.ok(result.kind === 'appended' && folded >= result.position);
    }
    await fold.close();
  });
}
