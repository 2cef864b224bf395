import assert from 'node:assert/strict';
import { once } from 'node:events';
import { pino } from 'pino';
import type { Usage } from '#ai/usage.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, Journal } from '#journal/journal.ts';
import { createPriceBook } from '#money/price-book.ts';
import { admitted, used } from '#testkit/events.ts';
import { examplePrice } from '#testkit/example-price.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { test } from '#testkit/test.ts';
import { createOpenRequests } from '../domain/open-request/open-requests.ts';
import { pricePublished } from '../domain/price-book/price-offer.ts';
import { chargeDeadLetters } from './charge-dead-letters.ts';
import { createChargeReaction } from './charge-reaction.ts';
import { CHARGES_IN_FLIGHT_MAX } from './charges-in-flight.ts';
import { createStuckCharges } from './stuck-charges.ts';

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
  const counted: unknown[] = [];
  const counterOf = (name: string) => ({
    inc: (labels: object, by: number) => void counted.push({ name, ...labels, by }),
  });
  const reaction = createChargeReaction({
    journal,
    open,
    book,
    logger: pino({ level: 'silent' }),
    counters: { spend: counterOf('spend'), units: counterOf('units'), unpriced: counterOf('unpriced') },
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
    counted,
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

async function admitAndUse(journal: Journal, requestId: string, quantities: Usage = { input: 10 }): Promise<void> {
  await appendOne(journal, requestId, 0, { eventId: `${requestId}-admitted`, ...admitted({ requestId }) });
  const usage = used({ requestId, usage: quantities });
  await appendOne(journal, requestId, 1, { eventId: `${requestId}-used`, ...usage });
}

/** Publishes them as the first versions of the price. */
async function publish(journal: Journal, prices: readonly (typeof price)[]): Promise<void> {
  for (const [version, each] of prices.entries()) {
    const data = pricePublished({ ...each, source: 'config', effectiveAtMs: 0 }, 1);
    await journal.append({
      stream: streams.price(each.priceKey),
      expectedVersion: version,
      events: [{ eventId: `price-${each.priceKey}-${version}`, type: 'PricePublished', data }],
      correlationId: 'c',
      causationId: '',
    });
  }
}

/** A log that cannot be written the first times that a charge is tried. */
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
  await publish(running.journal, [other, price]);
  await charged;
  const charge = (await running.journal.readStream('request-r1')).at(-1);
  assert.ok(charge?.type === 'ChargePosted');
  assert.deepEqual([charge.data.priceVersion, charge.data.amountNanoUsd], [2, '15']);
});

/** An answer of the first candidate, after an attempt at the second one that the house pays. */
async function admitAndUseAfterLoss(journal: Journal, requestId: string): Promise<void> {
  await appendOne(journal, requestId, 0, { eventId: `${requestId}-admitted`, ...admitted({ requestId }) });
  const ended = { status: 200, error: '', durationMs: 1 };
  const usage = used({
    requestId,
    usage: { input: 10 },
    attempts: [
      { ...ended, provider: 'second', model: 'claude' },
      { ...ended, provider: 'first', model: 'gpt-4o-mini' },
    ],
    houseLosses: [{ attempt: 0, estimated: true, quantities: [{ unit: 'input', quantity: 4 }], serviceTier: '' }],
  });
  await appendOne(journal, requestId, 1, { eventId: `${requestId}-used`, ...usage });
}

test('a usage is charged though the price of a failed attempt is nowhere', async () => {
  await using running = await startReaction({ stuckRetryMs: 3_600_000 });
  await admitAndUseAfterLoss(running.journal, 'r1');
  assert.equal(await running.reaction.retry('r1', AbortSignal.timeout(10_000)), undefined);
  const charge = (await running.journal.readStream('request-r1')).at(-1);
  assert.ok(charge?.type === 'ChargePosted');
  assert.deepEqual([charge.data.amountNanoUsd, charge.data.houseCosts[0]?.amountNanoUsd], ['15', '0']);
});

test('all prices of a usage that are not in memory are read from the log at once', async () => {
  const claude = examplePrice('anthropic/claude', 1, 3_000n, 15_000n);
  await using running = await startReaction({ prices: [], stuckRetryMs: 3_600_000 });
  await publish(running.journal, [price, price]);
  await publish(running.journal, [claude]);
  await admitAndUseAfterLoss(running.journal, 'r1');
  assert.equal(await running.reaction.retry('r1', AbortSignal.timeout(10_000)), undefined);
  const charge = (await running.journal.readStream('request-r1')).at(-1);
  assert.ok(charge?.type === 'ChargePosted');
  assert.deepEqual([charge.data.amountNanoUsd, charge.data.houseCosts[0]?.amountNanoUsd], ['15', '12']);
  assert.equal(running.reaction.stats().chargesStuck, 0);
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
    usage: { eventId: 'e', recordedAtMs: 1, data: used({ requestId: 'r1', usage: { input: 1 } }).data },
  });
  await reaction.close();
  assert.deepEqual(reaction.stats(), { charges: 0, chargesInFlight: 0, chargesStuck: 1 });
});

test('a log that is away makes no dead letter', async () => {
  await using running = await startReaction({ journal: logAwayFor(3) });
  const charged = running.charged('r1');
  await admitAndUse(running.journal, 'r1');
  await charged;
  assert.equal(running.reaction.stats().chargesStuck, 0);
  assert.deepEqual([...running.reaction.stuck.all()], []);
});

test('a stuck usage is a dead letter with its place, why, since when and each try, until it is charged', async () => {
  await using running = await startReaction({ prices: [], stuckRetryMs: 3_600_000 });
  const { list } = chargeDeadLetters(running.reaction);
  await admitAndUse(running.journal, 'r1');
  const [, used] = await running.journal.readStream('request-r1');
  assert.ok(used !== undefined);
  const signal = AbortSignal.timeout(10_000);
  assert.equal((await running.reaction.retry('r1', signal))?.code, 'price_missing');
  const [first] = await list(0, 10);
  assert.equal((await running.reaction.retry('r1', signal))?.code, 'price_missing');
  const [letter, ...more] = await list(0, 10);
  assert.ok(first !== undefined && letter !== undefined);
  assert.deepEqual(
    [letter.position, letter.eventId, letter.stream, letter.firstTriedAtMs, letter.tries - first.tries, more],
    [used.position, used.eventId, 'request-r1', used.recordedAtMs, 1, []],
  );
  assert.match(letter.failure.message, /no version 2 of price/);
  assert.deepEqual(await list(letter.position, 10), []);
  await publish(running.journal, [price, price]);
  assert.equal(await running.reaction.retry('r1', signal), undefined);
  assert.deepEqual([await list(0, 10), running.reaction.stats().chargesStuck], [[], 0]);
});

test('a usage that came without its place has it read from the log once, and keeps it over more tries', async () => {
  const journal = createMemoryJournal();
  await admitAndUse(journal, 'r1');
  const [admission, usage] = await journal.readStream('request-r1');
  assert.ok(admission?.type === 'RequestAdmitted' && usage?.type === 'UsageRecorded');
  let reads = 0;
  const counting = {
    append: journal.append,
    readStream(stream: string) {
      if (stream === 'request-r1') reads += 1;
      return journal.readStream(stream);
    },
  };
  const open = createOpenRequests();
  const { eventId, recordedAtMs, data } = usage;
  open.restore({ requestId: 'r1', admission: admission.data, usage: { eventId, recordedAtMs, data } });
  const logger = pino({ level: 'silent' });
  const reaction = createChargeReaction({ journal: counting, open, book: bookOf(), logger });
  for (const tries of [1, 2]) {
    await reaction.retry('r1', AbortSignal.timeout(10_000));
    const [letter] = await chargeDeadLetters(reaction).list(0, 10);
    assert.deepEqual([letter?.position, letter?.tries, reads], [usage.position, tries, 1]);
  }
  await reaction.close();
});

test('a usage that makes its charge throw is stuck with what was thrown', async () => {
  await using running = await startReaction();
  const unreadable = admitted({ requestId: 'r1', holdNanoUsd: 'a lot' });
  await appendOne(running.journal, 'r1', 0, { eventId: 'admitted', ...unreadable });
  const usage = used({ requestId: 'r1', usage: { input: 10 } });
  await appendOne(running.journal, 'r1', 1, { eventId: 'used', ...usage });
  const failure = await running.reaction.retry('r1', AbortSignal.timeout(10_000));
  assert.deepEqual(
    [failure?.code, failure?.message],
    ['internal_error', 'SyntaxError: Cannot convert a lot to a BigInt'],
  );
});

test('of a retry, the automatic one and a second leader, one charges', async () => {
  const journal = createMemoryJournal();
  await using first = await startReaction({ prices: [], journal, stuckRetryMs: 1 });
  await using second = await startReaction({ prices: [], journal, stuckRetryMs: 1 });
  const ids = Array.from({ length: 20 }, (_, index) => `r${index}`);
  for (const requestId of ids) await admitAndUse(journal, requestId);
  const signal = AbortSignal.timeout(10_000);
  await publish(journal, [price, price]);
  const left = await Promise.all(
    ids.flatMap((id) => [
      first.reaction.retry(id, signal),
      first.reaction.retry(id, signal),
      second.reaction.retry(id, signal),
    ]),
  );
  assert.ok(left.every((failure) => failure === undefined));
  for (const requestId of ids) assert.equal((await journal.readStream(`request-${requestId}`)).length, 3);
  assert.equal(first.reaction.stats().charges + second.reaction.stats().charges, ids.length);
});

test('what has been stuck longest without a try comes first, and its pauses grow up to a bound', () => {
  const stuck = createStuckCharges(100);
  const usage = { eventId: 'e', recordedAtMs: 1, data: used({ requestId: 'r' }).data };
  const request = (requestId: string) => ({ requestId, admission: undefined, usage });
  const failure = { code: 'price_missing', message: 'none' };
  const fail = (requestId: string, lastTriedAtMs: number) =>
    stuck.add({ request: request(requestId), position: 1, failure, lastTriedAtMs });
  fail('a', 0);
  fail('b', 0);
  fail('a', 100);
  const due = (atMs: number) => [...stuck.due(atMs)].map((each) => each.requestId);
  assert.deepEqual([due(99), due(100), due(300)], [[], ['b'], ['b', 'a']]);
  for (let tries = 0; tries < 20; tries += 1) fail('a', 0);
  assert.deepEqual([due(999).includes('a'), due(1_000).includes('a')], [false, true]);
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
    const usage = { eventId: `e${i}`, recordedAtMs: 1, data: used({ requestId, usage: { input: 1 } }).data };
    reaction.enqueue({ requestId, admission: admitted({ requestId }).data, usage });
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

test('what a user is charged is counted once, and what for, by the model of the price and the provider', async () => {
  await using running = await startReaction();
  const isCharged = running.charged('r1');
  await admitAndUse(running.journal, 'r1', { input: 10, search: 2 });
  await isCharged;
  await running.reaction.close();
  const [, , charge] = await running.journal.readStream(streams.request('r1'));
  const nanoUsd = charge?.type === 'ChargePosted' ? Number(charge.data.amountNanoUsd) : 0;
  assert.ok(nanoUsd > 0);
  const [, model] = price.priceKey.split('/');
  const labels = { model, provider: used({ requestId: 'r1' }).data.provider };
  assert.deepEqual(running.counted, [
    { name: 'spend', ...labels, by: nanoUsd },
    { name: 'units', ...labels, unit: 'input', by: 10 },
    { name: 'units', ...labels, unit: 'search', by: 2 },
    { name: 'unpriced', ...labels, unit: 'search', by: 1 },
  ]);
});
