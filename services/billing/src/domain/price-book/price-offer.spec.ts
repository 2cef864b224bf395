import assert from 'node:assert/strict';
import { priceFromEvent } from '#money/price.ts';
import { examplePrice } from '#testkit/example-price.ts';
import { test } from '#testkit/test.ts';
import { isSamePrice, pricePublished } from './price-offer.ts';

test('a price is the same whatever its version, and not with another number anywhere', () => {
  const price = examplePrice('a/m', 1, 1n, 1n);
  assert.ok(isSamePrice(price, { ...price, version: 9 } as typeof price));
  assert.ok(!isSamePrice(price, examplePrice('a/m', 1, 1n, 2n)));
  assert.ok(!isSamePrice(price, { ...price, contextTokens: 1 }));
  assert.ok(!isSamePrice(price, { ...price, bands: [{ abovePromptTokens: 1, prices: price.prices }] }));
  const tier = { serviceTier: 'flex', prices: price.prices, bands: [] };
  assert.ok(!isSamePrice(price, { ...price, serviceTiers: [tier] }));
  assert.ok(!isSamePrice(price, { ...price, prices: { ...price.prices, audio_input: 1n } }));
});

test('a price that states what another leaves to the table of units is the same', () => {
  const price = examplePrice('a/m', 1, 1n, 2n);
  assert.ok(isSamePrice(price, { ...price, prices: { ...price.prices, cached_input: 1n, reasoning: 2n } }));
  assert.ok(!isSamePrice(price, { ...price, prices: { ...price.prices, cached_input: 2n } }));
});

test('an offer comes back from the event that publishes it', () => {
  const price = examplePrice('a/m', 4, 1n, 1n);
  const { version, ...offer } = { ...price, bands: [{ abovePromptTokens: 1, prices: price.prices }] };
  assert.deepEqual(priceFromEvent(pricePublished({ ...offer, source: 'config', effectiveAtMs: 4 }, 5), version), {
    ...offer,
    version,
  });
});
