import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anyMultiplier, anyPrice, anyUsage } from '#testkit/money-arbitraries.ts';
import { test } from '#testkit/test.ts';
import { costBound, isFree, outputTokensPayable, TOKENS_MAX } from './cost-bound.ts';
import { rate } from './rate.ts';
import { promptTokensOf } from './token-usage.ts';
import { completeUnitPrices } from './unit-prices.ts';

const anySlack = () => fc.integer({ min: 0, max: 3_000 });

test('no usage within the bounds costs more than the bound', () => {
  fc.assert(
    fc.property(anyUsage(), anyPrice(), anyMultiplier(), anySlack(), anySlack(), (usage, price, multiplier, p, o) => {
      const bound = costBound({
        promptTokensBound: promptTokensOf(usage) + p,
        outputTokensBound: usage.outputTokens + usage.reasoningTokens + o,
        price,
        multiplierBasisPoints: multiplier,
      });
      assert.ok(rate(usage, price, multiplier).totalNanoUsd <= bound);
    }),
    { numRuns: 1_000 },
  );
});

test('the payable output tokens are the most whose bound the money covers', () => {
  const anyMoney = fc.bigInt({ min: 0n, max: 10_000_000_000n });
  fc.assert(
    fc.property(anyMoney, anySlack(), anyPrice(), anyMultiplier(), (availableNanoUsd, p, price, multiplier) => {
      const request = { promptTokensBound: p, price, multiplierBasisPoints: multiplier };
      const payable = outputTokensPayable({ ...request, availableNanoUsd });
      const boundOf = (outputTokensBound: number) => costBound({ ...request, outputTokensBound });
      if (payable >= 0) assert.ok(boundOf(payable) <= availableNanoUsd);
      if (payable < TOKENS_MAX) assert.ok(boundOf(payable + 1) > availableNanoUsd);
    }),
    { numRuns: 1_000 },
  );
});

test('money that pays the prompt and nothing more pays no output token', () => {
  const price = { unitPrices: completeUnitPrices({ inputPicoUsd: 1_000n, outputPicoUsd: 1_000n }), tiers: [] };
  const request = { promptTokensBound: 10, price, multiplierBasisPoints: 10_000 };
  assert.equal(outputTokensPayable({ ...request, availableNanoUsd: 10n }), 0);
  assert.equal(outputTokensPayable({ ...request, availableNanoUsd: 9n }), -1);
});

test('output that costs nothing is bounded by what an event can count', () => {
  const price = { unitPrices: completeUnitPrices({ inputPicoUsd: 0n, outputPicoUsd: 0n }), tiers: [] };
  assert.equal(
    outputTokensPayable({ availableNanoUsd: 0n, promptTokensBound: 10, price, multiplierBasisPoints: 15_000 }),
    TOKENS_MAX,
  );
});

test('a price is free where no request can cost anything by it', () => {
  const free = { unitPrices: completeUnitPrices({ inputPicoUsd: 0n, outputPicoUsd: 0n }), tiers: [] };
  assert.ok(isFree(free));
  for (const kind of ['inputPicoUsd', 'outputPicoUsd', 'cacheWrite1hPicoUsd'] as const) {
    const unitPrices = { ...free.unitPrices, [kind]: 1n };
    assert.ok(!isFree({ unitPrices, tiers: [] }), kind);
    assert.ok(!isFree({ ...free, tiers: [{ abovePromptTokens: 200_000, unitPrices }] }), kind);
  }
});
