import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { follow } from '#journal/following.ts';
import type { Journal } from '#journal/journal.ts';
import { priceFromEvent } from '#money/price.ts';
import { createPriceBook } from '#money/price-book.ts';
import type { RegistryFold } from '#registry/registry.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import { type Scope, test } from '#testkit/test.ts';
import { createPricePublisher } from './price-publisher.ts';

const KEY = 'openai/gpt-4o-mini';
/** What policy promises. */
const IN_FORCE_WITHIN_MS = 1_000;

function own(inputUsd: string, changes: Parameters<typeof policy.price>[0] = {}) {
  const prices = [
    { unit: 'input', usdPerMillion: inputUsd },
    { unit: 'output', usdPerMillion: '1' },
  ];
  return policy.price({ id: KEY, prices, source: 'admin', ...changes });
}

function removed(id: string) {
  const by = { actor: 'bootstrap', role: 'owner', action: 'delete', address: '', requestId: '' };
  return { type: 'ResourceRemoved' as const, data: { kind: 'price', id, by, removedAtMs: '0' }, position: 1 };
}

const openai = policy.provider({ id: 'openai' });

/** A publisher over a log in memory, followed by a book, closed with the test. */
function publisherOf(t: Scope, registry: RegistryFold, journal: Journal = createMemoryJournal()) {
  const book = createPriceBook();
  const warnings: string[] = [];
  const { reached, close } = follow(journal, {
    name: 'book',
    afterPosition: 0,
    fold(events) {
      for (const event of events) {
        if (event.type === 'PricePublished') book.add(priceFromEvent(event.data, event.version));
      }
    },
  });
  const publisher = createPricePublisher({
    registry,
    journal,
    book,
    reached,
    logger: { warn: (...words: unknown[]) => void warnings.push(String(words.at(-1))), info: () => undefined },
    clock: Date.now,
  });
  t.defer(async () => {
    await publisher.close();
    await close();
  });
  const inputOf = (key = KEY) => book.newest(key)?.prices.input;
  async function until(inputPicoUsd: bigint): Promise<number> {
    const startedAtMs = performance.now();
    while (inputOf() !== inputPicoUsd) await pause(5);
    return performance.now() - startedAtMs;
  }
  return { publisher, journal, book, warnings, inputOf, until };
}

test('a price is in force within a second of its change, and its removal brings back that of the catalogue', async (t) => {
  const registry = registryOf(openai);
  const { publisher, inputOf, until } = publisherOf(t, registry);
  assert.ok((await publisher.publish()) > 50);
  const listed = inputOf();
  assert.equal(listed, 150_000n);
  publisher.follow();
  registry.load(own('0.2'));
  assert.ok((await until(200_000n)) < IN_FORCE_WITHIN_MS);
  registry.load(own('0.3'));
  assert.ok((await until(300_000n)) < IN_FORCE_WITHIN_MS);
  registry.take([removed(KEY)]);
  assert.ok((await until(150_000n)) < IN_FORCE_WITHIN_MS);
});

test('a thousand changes at once are one publication a key, and a provider that comes brings its list prices', async (t) => {
  const registry = registryOf();
  const { publisher, journal, until, book } = publisherOf(t, registry);
  publisher.follow();
  for (let cents = 1; cents <= 1_000; cents++) registry.load(own(`${cents}`));
  await until(1_000_000_000n);
  assert.equal((await journal.readStream(`price-${KEY}`)).length, 1);
  registry.load(policy.provider({ id: 'house', catalogue: 'anthropic' }));
  while (book.newest('anthropic/claude-haiku-4-5') === undefined) await pause(5);
});

test('a price of the future holds from its time on; until then what was published stays', async (t) => {
  const registry = registryOf(openai, own('0.2'));
  const { publisher, journal, inputOf, until } = publisherOf(t, registry);
  await publisher.publish();
  publisher.follow();
  const effectiveAtMs = Date.now() + 600;
  registry.load(own('0.4', { effectiveAt: new Date(effectiveAtMs).toISOString() }));
  await pause(300);
  assert.equal(inputOf(), 200_000n);
  await until(400_000n);
  assert.ok(Date.now() >= effectiveAtMs);
  const last = (await journal.readStream(`price-${KEY}`)).at(-1);
  assert.ok(last?.type === 'PricePublished');
  assert.equal(last.data.effectiveAtMs, String(effectiveAtMs));
});

test('a price whose time came while nobody looked is published by the start', async (t) => {
  const effectiveAt = new Date(Date.now() - 1_000).toISOString();
  const { publisher, inputOf } = publisherOf(t, registryOf(own('0.4', { effectiveAt })));
  await publisher.publish();
  assert.equal(inputOf(), 400_000n);
});

test('until the first price of its own holds, a name of a model has the price of that model', async (t) => {
  const effectiveAt = new Date(Date.now() + 60_000).toISOString();
  const snapshot = 'openai/gpt-4o-mini-2024-07-18';
  const { publisher, inputOf } = publisherOf(t, registryOf(openai, own('9', { id: snapshot, effectiveAt })));
  await publisher.publish();
  assert.equal(inputOf(snapshot), 150_000n);
});

test('a price that is not whole is never one of zero: it is told, and the catalogue’s stays', async (t) => {
  const registry = registryOf(openai, own('0.2', { prices: [{ unit: 'input', usdPerMillion: '0.2' }] }));
  const { publisher, inputOf, warnings } = publisherOf(t, registry);
  await publisher.publish();
  await publisher.publish();
  assert.equal(inputOf(), 150_000n);
  assert.deepEqual(warnings, [`the price ${KEY} is not in force: there is no price for output`]);
});

test('a removed price that the catalogue does not know stays in force, with a warning', async (t) => {
  const registry = registryOf(own('0.2', { id: 'house/llama' }));
  const { publisher, inputOf, warnings } = publisherOf(t, registry);
  await publisher.publish();
  publisher.follow();
  registry.take([removed('house/llama')]);
  await pause(200);
  assert.equal(inputOf('house/llama'), 200_000n);
  assert.match(warnings.join(), /house\/llama was removed.*disable the model/);
});

test('while the log is away publishing is tried again', async (t) => {
  const registry = registryOf();
  const journal = createMemoryJournal();
  let isAway = true;
  const { publisher, until } = publisherOf(t, registry, {
    ...journal,
    append: async (request) => {
      if (isAway) throw new Error('the log is away');
      return journal.append(request);
    },
  });
  publisher.follow();
  registry.load(own('0.2'));
  await pause(200);
  isAway = false;
  await until(200_000n);
});

test('what a price of its own does not say of the model, the catalogue says', async (t) => {
  const { publisher, book } = publisherOf(
    t,
    registryOf(openai, own('0.2'), own('1', { id: 'openai/gpt-4o', contextTokens: 7 })),
  );
  await publisher.publish();
  assert.equal(book.newest(KEY)?.contextTokens, 128_000);
  assert.equal(book.newest(KEY)?.outputTokensMax, 16_384);
  assert.equal(book.newest('openai/gpt-4o')?.contextTokens, 7);
});
