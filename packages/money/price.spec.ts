import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anyPrice } from '#testkit/money-arbitraries.ts';
import { test } from '#testkit/test.ts';
import { priceFromEvent, unitPricesToEvent } from './price.ts';

test('a published price reads back from its event', () => {
  fc.assert(
    fc.property(anyPrice(), ({ unitPrices, tiers }) => {
      const price = priceFromEvent(
        {
          priceKey: 'openai/gpt-4o-mini',
          unitPrices: unitPricesToEvent(unitPrices),
          tiers: tiers.map((tier) => ({ ...tier, unitPrices: unitPricesToEvent(tier.unitPrices) })),
          contextTokens: 128_000,
          outputTokensMax: 0,
          source: 'config',
          publishedAtMs: '0',
          effectiveAtMs: '0',
        },
        3,
      );
      assert.deepEqual(price, {
        priceKey: 'openai/gpt-4o-mini',
        version: 3,
        unitPrices,
        tiers,
        contextTokens: 128_000,
        outputTokensMax: 0,
      });
    }),
  );
});
