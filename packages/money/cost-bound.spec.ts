import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Unit, unitNames, units } from '#ai/units.ts';
import { answerTokensOf, promptTokensOf, type Usage } from '#ai/usage.ts';
import { anyMultiplier, anyPrice, anyUsage, SERVICE_TIERS } from '#testkit/money-arbitraries.ts';
import { describe, test } from '#testkit/test.ts';
import { costBound, isFree, outputTokensPayable, TOKENS_MAX, unpricedIn } from './cost-bound.ts';
import { rate } from './rate.ts';
import { type Reach, textReach, tokenUnitsOf } from './reach.ts';
import type { PriceTerms, UnitPrices } from './unit-prices.ts';

const anySlack = () => fc.integer({ min: 0, max: 3_000 });
const tokenUnits = unitNames.filter((unit) => units[unit].side !== 'count');
const countUnits = unitNames.filter((unit) => units[unit].side === 'count');
const anyTier = () => fc.constantFrom('', 'auto', 'default', ...SERVICE_TIERS, 'scale');

const only = (prices: UnitPrices): PriceTerms => ({ prices, bands: [], serviceTiers: [] });
const flat = (input: bigint, output: bigint): PriceTerms => only({ input, output });

/** A request, and a usage that its admission allows: of its units, in a tier that it may be served in. */
const anyAdmitted = () =>
  fc
    .record({
      otherUnits: fc.subarray(tokenUnits),
      counts: anyUsage(50, countUnits),
      serviceTier: anyTier(),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .chain(({ share, ...reach }) =>
      fc.record({
        reach: fc.constant(reach),
        usage: anyUsage(2_000, tokenUnitsOf(reach)).map((tokens) => ({ ...tokens, ...some(reach.counts, share) })),
        servedIn: servedIn(reach.serviceTier),
      }),
    );

function some(counts: Usage, share: number): Usage {
  return Object.fromEntries(Object.entries(counts).map(([unit, most]) => [unit, Math.floor(most * share)]));
}

/** The tiers that a provider may serve a request in that asks for this one. */
function servedIn(asked: string): fc.Arbitrary<string> {
  if (asked === '' || asked === 'auto') return fc.constantFrom('', 'default', ...SERVICE_TIERS);
  return fc.constantFrom('', 'default', asked);
}

test('no usage that was admitted costs more than the bound, in any unit, band and tier', () => {
  fc.assert(
    fc.property(
      anyAdmitted(),
      anyPrice(),
      anyMultiplier(),
      anySlack(),
      anySlack(),
      (admitted, price, multiplier, p, o) => {
        const { reach, usage, servedIn: serviceTier } = admitted;
        const bound = costBound({
          ...reach,
          promptTokensBound: promptTokensOf(usage) + p,
          outputTokensBound: answerTokensOf(usage) + o,
          price,
          multiplierBasisPoints: multiplier,
        });
        assert.ok(rate(usage, price, { serviceTier, multiplierBasisPoints: multiplier }).totalNanoUsd <= bound);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('nor do tokens of a unit that nobody asked for and that has no price', () => {
  const price = { ...flat(2n, 3n), bands: [{ abovePromptTokens: 10, prices: { input: 5n, output: 1n } }] };
  fc.assert(
    fc.property(anyUsage(100, tokenUnits), (usage) => {
      const bounds = { promptTokensBound: promptTokensOf(usage), outputTokensBound: answerTokensOf(usage) };
      const bound = costBound({ ...bounds, ...textReach, price, multiplierBasisPoints: 10_000 });
      const rating = rate(usage, price, { serviceTier: '', multiplierBasisPoints: 10_000 });
      assert.ok(rating.totalNanoUsd <= bound);
    }),
  );
});

test('the payable output tokens are the most whose bound the money covers', () => {
  const anyMoney = fc.bigInt({ min: 0n, max: 10_000_000_000n });
  fc.assert(
    fc.property(
      anyMoney,
      anySlack(),
      anyPrice(),
      anyMultiplier(),
      anyAdmitted(),
      (availableNanoUsd, p, price, m, a) => {
        const request = { ...a.reach, promptTokensBound: p, price, multiplierBasisPoints: m };
        const payable = outputTokensPayable({ ...request, availableNanoUsd });
        const boundOf = (outputTokensBound: number) => costBound({ ...request, outputTokensBound });
        if (payable >= 0) assert.ok(boundOf(payable) <= availableNanoUsd);
        if (payable < TOKENS_MAX) assert.ok(boundOf(payable + 1) > availableNanoUsd);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('money that pays the prompt and nothing more pays no output token', () => {
  const request = { ...textReach, promptTokensBound: 10, price: flat(1_000n, 1_000n), multiplierBasisPoints: 10_000 };
  assert.equal(outputTokensPayable({ ...request, availableNanoUsd: 10n }), 0);
  assert.equal(outputTokensPayable({ ...request, availableNanoUsd: 9n }), -1);
});

test('output that costs nothing is bounded by what an event can count', () => {
  const request = { ...textReach, promptTokensBound: 10, price: flat(0n, 0n), multiplierBasisPoints: 15_000 };
  assert.equal(outputTokensPayable({ ...request, availableNanoUsd: 0n }), TOKENS_MAX);
});

describe('the bound', () => {
  const price: PriceTerms = {
    prices: { input: 1_000n, output: 4_000n, audio_input: 50_000n, search: 7_000_000n },
    bands: [],
    serviceTiers: [
      { serviceTier: 'flex', prices: { input: 500n, output: 2_000n }, bands: [] },
      { serviceTier: 'priority', prices: { input: 2_000n, output: 8_000n }, bands: [] },
    ],
  };
  const bounds = { promptTokensBound: 10, outputTokensBound: 10, price, multiplierBasisPoints: 10_000 };
  const of = (reach: Partial<Reach>) => costBound({ ...bounds, ...textReach, serviceTier: 'default', ...reach });

  test('of a request for text is that of text, however dear another unit is', () => {
    assert.equal(of({}), 50n);
    assert.equal(of({ otherUnits: ['audio_input'] }), 540n);
  });

  test('adds what is counted one by one', () => {
    assert.equal(of({ counts: { search: 3 } }), 50n + 21_000n);
  });

  test('reaches the tier that is asked for, and any where it is left open', () => {
    assert.equal(of({ serviceTier: 'flex' }), 50n, 'it may be served in the usual one');
    assert.equal(of({ serviceTier: 'priority' }), 100n);
    assert.equal(of({ serviceTier: 'auto' }), 100n);
    assert.equal(of({ serviceTier: '' }), 100n);
  });
});

describe('what a request may use and has no price', () => {
  const price = only({ input: 1n, output: 1n, audio_input: 1n });
  const lacking = (reach: Partial<Reach>, hasOutput = true, prices: PriceTerms = price) =>
    unpricedIn({ ...textReach, ...reach, price: prices, promptTokensBound: 1, hasOutput });

  test('is told by its unit', () => {
    assert.equal(lacking({}), undefined);
    assert.equal(lacking({ otherUnits: ['audio_input', 'image_input', 'cached_audio_input'] }), undefined);
    assert.equal(lacking({ otherUnits: ['audio_input', 'audio_output'] }), 'audio_output');
    assert.equal(lacking({ counts: { search: 1 } }), 'search');
    assert.equal(lacking({ counts: { search: 0 } }), undefined);
  });

  test('is output, unless there is none', () => {
    assert.equal(lacking({}, true, only({ input: 1n })), 'output');
    assert.equal(lacking({}, false, only({ input: 1n })), undefined);
    assert.equal(lacking({}, false, only({ output: 1n })), 'input');
  });

  test('is a tier that is asked for by a name that the price does not have', () => {
    for (const open of ['', 'auto', 'default', 'standard_only'])
      assert.equal(lacking({ serviceTier: open }), undefined);
    assert.equal(lacking({ serviceTier: 'priority' }), 'service_tier');
    const priority = { serviceTier: 'priority', prices: { input: 1n, output: 1n }, bands: [] };
    const tiered = { ...price, serviceTiers: [priority] };
    assert.equal(lacking({ serviceTier: 'fast' }, true, tiered), undefined);
    const uses: Unit[] = ['audio_input'];
    assert.equal(lacking({ serviceTier: 'priority', otherUnits: uses }, true, tiered), 'audio_input');
  });
});

test('a price is free where no request can cost anything by it', () => {
  const free = flat(0n, 0n);
  assert.ok(isFree(free));
  for (const unit of unitNames) {
    const prices = { ...free.prices, [unit]: 1n };
    assert.ok(!isFree(only(prices)), unit);
    assert.ok(!isFree({ ...free, bands: [{ abovePromptTokens: 200_000, prices }] }), unit);
    assert.ok(!isFree({ ...free, serviceTiers: [{ serviceTier: 'flex', prices, bands: [] }] }), unit);
  }
});
