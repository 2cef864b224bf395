import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anyPrice } from '#testkit/money-arbitraries.ts';
import { test } from '#testkit/test.ts';
import { priceFromEvent, termsToEvent } from './price.ts';

const plain = {
  priceKey: 'openai/gpt-4o-mini',
  contextTokens: 128_000,
  outputTokensMax: 0,
  source: 'config',
  publishedAtMs: '0',
  effectiveAtMs: '0',
};

test('a published price reads back from its event', () => {
  fc.assert(
    fc.property(anyPrice(), (terms) => {
      assert.deepEqual(priceFromEvent({ ...plain, ...termsToEvent(terms) }, 3), {
        priceKey: 'openai/gpt-4o-mini',
        version: 3,
        ...terms,
        contextTokens: 128_000,
        outputTokensMax: 0,
      });
    }),
  );
});

test('a unit of a later version is passed over: nothing that is used here costs it', () => {
  const prices = [
    { unit: 'input', picoUsd: '1' },
    { unit: 'thought', picoUsd: '2' },
  ];
  assert.deepEqual(priceFromEvent({ ...plain, prices, bands: [], serviceTiers: [] }, 1).prices, { input: 1n });
});
