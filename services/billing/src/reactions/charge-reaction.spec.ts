import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { pino } from 'pino';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, Journal } from '#journal/journal.ts';
import { exampleAdmission, examplePrice, exampleUsage } from '#testkit/charge-examples.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { createOpenRequests } from '../domain/open-request/open-requests.ts';
import { createPriceBook, pricePublished } from '../domain/price-book/price-book.ts';
import { CHARGES_IN_FLIGHT_MAX, createChargeReaction } from './charge-reaction.ts';

const price = examplePrice('openai/gpt-4o-mini', 2, 1_000n, 4_000n);

/** A reaction that follows a log of its own, as billing's does. */
async function startReaction(
  options: { prices?: readonly (typeof price)[]; journal?: Journal; stuckRetryMs?: number } = {},
) {
  const journal = options.journal ?? createMemoryJournal();
  const open = createOpenRequests();
  const book = createPriceBook();
  for (const known of options.prices ?? [price]) book.add(known);
  const charged = new EventTarget();
  const reaction = createChargeReaction({
    journal,
    open,
    book,
    logger: pino({ level: 'silent' }),
    stuckRetryMs: options.stuckRetryMs ?? 5,
  });
  const subscription = journal.subscribe({
    name: 'test',
    afterPosition: 0,
    onEvents: (events) => {
      for (const event of events) {
        const chargeable = open.fold(event);
        if (chargeable !== undefined) reaction.enqueue(chargeable);
        if (event.type === 'ChargePosted') charged.dispatchEvent(new Event(event.data.requestId));
      }
    },
  });
  return {
    journal,
    open,
    reaction,
    subscription,
    charged: (requestId: string) => once(charged, requestId),
    async [Symbol.asyncDispose]() {
      await subscription.close();
      await reaction.close();
    },
  };
}

async function appendOne(
  journal: Journal,
  requestId: string,
  expectedVersion: number,
  event: AppendRequest['events'][number],
) {
  await journal.append({
    stream: streams.request(requestId),
    expectedVersion,
    events: [event],
    correlationId: requestId,
    causationId: '',
  });
}

async function admitAndUse(journal: Journal, requestId: string): Promise<void> {
  const [admitted, used] = [`${requestId}-admitted`, `${requestId}-used`];
  await appendOne(journal, requestId, 0, {
    eventId: admitted,
    type: 'RequestAdmitted',
    data: exampleAdmission(requestId),
  });
  await appendOne(journal, requestId, 1, {
    eventId: used,
    type: 'UsageRecorded',
    data: exampleUsage(requestId, { inputTokens: 10 }),
  });
}

/** A log that cannot be written the first times a charge is tried. */
function logAwayFor(appends: number): Journal {
  const journal = createMemoryJournal();
  let left = appends;
  return {
    ...journal,
    append: (request) =>
      request.events[0]?.type === 'ChargePosted' && left-- > 0
        ? Promise.reject(new Fault({ code: 'unavailable', message: 'The log is away.' }))
        : journal.append(request),
  };
}

test('a usage is charged once, in its place in the stream, following from the usage', async () => {
  await using running = await startReaction();
  const charged = running.charged('r1');
  await admitAndUse(running.journal, 'r1');
  await charged;
  const [, used, charge, ...more] = await running.journal.readStream('request-r1');
  assert.ok(charge?.type === 'ChargePosted');
  assert.deepEqual([charge.version, charge.causationId, charge.correlationId], [3, used?.eventId, 'r1']);
  assert.deepEqual([charge.data.amountNanoUsd, charge.data.postedAtMs], ['15', String(used?.recordedAtMs)]);
  assert.deepEqual(more, []);
});

test('a charge waits while the log is away and is posted when it is back', async () => {
  await using running = await startReaction({ journal: logAwayFor(2) });
  const charged = running.charged('r1');
  await admitAndUse(running.journal, 'r1');
  await charged;
  assert.equal((await running.journal.readStream('request-r1')).length, 3);
});

test('a usage is not charged by another price version: it waits for its own', async () => {
  const other = examplePrice('openai/gpt-4o-mini', 1, 9_000n, 9_000n);
  await using running = await startReaction({ prices: [other] });
  await admitAndUse(running.journal, 'r1');
  const charged = running.charged('r1');
  for (const [version, each] of [other, price].entries()) {
    await running.journal.append({
      stream: streams.price(price.priceKey),
      expectedVersion: version,
      events: [
        { eventId: `price-${version}`, type: 'PricePublished', data: pricePublished({ ...each, source: 'config' }, 1) },
      ],
      correlationId: 'c',
      causationId: '',
    });
  }
  await charged;
  const charge = (await running.journal.readStream('request-r1')).at(-1);
  assert.ok(charge?.type === 'ChargePosted');
  assert.deepEqual([charge.data.priceVersion, charge.data.amountNanoUsd], [2, '15']);
});

test('a usage without a known admission is charged from what the log says', async () => {
  const admitted = createMemoryJournal();
  await admitAndUse(admitted, 'r2');
  const [, used] = await admitted.readStream('request-r2');
  assert.ok(used?.type === 'UsageRecorded');
  const again = createChargeReaction({
    journal: admitted,
    open: createOpenRequests(),
    book: bookOf(price),
    logger: pino({ level: 'silent' }),
  });
  again.enqueue({ requestId: 'r2', admission: undefined, usage: used });
  await again.close();
  assert.equal((await admitted.readStream('request-r2')).at(-1)?.type, 'ChargePosted');
});

test('a usage that is charged already is not charged again', async () => {
  await using running = await startReaction();
  const charged = running.charged('r1');
  await admitAndUse(running.journal, 'r1');
  await charged;
  const [admitted, used] = await running.journal.readStream('request-r1');
  assert.ok(admitted?.type === 'RequestAdmitted' && used?.type === 'UsageRecorded');
  const again = createChargeReaction({
    journal: running.journal,
    open: createOpenRequests(),
    book: bookOf(price),
    logger: pino({ level: 'silent' }),
  });
  again.enqueue({ requestId: 'r1', admission: admitted.data, usage: used });
  again.enqueue({ requestId: 'r1', admission: undefined, usage: used });
  again.enqueue({ requestId: 'r1', admission: admitted.data, usage: { ...used, recordedAtMs: used.recordedAtMs + 1 } });
  await again.close();
  assert.equal((await running.journal.readStream('request-r1')).length, 3);
  assert.deepEqual(again.stats(), { charges: 0, chargesInFlight: 0, chargesStuck: 0 });
});

test('a usage the log has no admission for is kept as stuck, not dropped', async () => {
  const reaction = createChargeReaction({
    journal: createMemoryJournal(),
    open: createOpenRequests(),
    book: bookOf(price),
    logger: pino({ level: 'silent' }),
  });
  reaction.enqueue({
    requestId: 'r1',
    admission: undefined,
    usage: { eventId: 'e', recordedAtMs: 1, data: exampleUsage('r1', { inputTokens: 1 }) },
  });
  await reaction.close();
  assert.deepEqual(reaction.stats(), { charges: 0, chargesInFlight: 0, chargesStuck: 1 });
});

test('there is no room for more charges than the bound, and room again when one ended', async () => {
  const journal = createMemoryJournal();
  const reaction = createChargeReaction({
    journal,
    open: createOpenRequests(),
    book: bookOf(price),
    logger: pino({ level: 'silent' }),
  });
  for (let i = 0; i < CHARGES_IN_FLIGHT_MAX; i += 1) {
    assert.equal(reaction.room(), undefined);
    const requestId = `r${i}`;
    const usage = { eventId: `e${i}`, recordedAtMs: 1, data: exampleUsage(requestId, { inputTokens: 1 }) };
    reaction.enqueue({ requestId, admission: exampleAdmission(requestId), usage });
  }
  await reaction.room();
  assert.equal(reaction.room(), undefined);
  await reaction.close();
});

function bookOf(...prices: readonly (typeof price)[]) {
  const book = createPriceBook();
  for (const each of prices) book.add(each);
  return book;
}
