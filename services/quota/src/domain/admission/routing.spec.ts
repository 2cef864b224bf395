import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { GatewayEvent } from '#contracts/events.ts';
import type { AdmitRequest, AdmittedRouting, ModelCandidate } from '#contracts/quota.ts';
import { rate } from '#money/rate.ts';
import { pricePublished } from '#testkit/events.ts';
import { resourceSet } from '#testkit/policy-events.ts';
import { describe, test } from '#testkit/test.ts';
import { accepted, refused } from '../../memory/testing.ts';
import { decide, limit, request, someRouting } from './testing.ts';

const at = (provider: string, priceKey: string, place: object = {}): ModelCandidate => ({
  ...{ provider, model: 'm', priceKey },
  ...place,
});

const prices: readonly GatewayEvent[] = [
  pricePublished('c/free', { outputPicoUsd: 0 }),
  pricePublished('c/cheap', { inputPicoUsd: 1_000 }),
  pricePublished('c/dear', { inputPicoUsd: 5_000, outputPicoUsd: 9_000 }),
];

/** Their versions: one price after the other is published. */
const [CHEAP, DEAR] = [3, 4];

const place = (fields: Partial<AdmitRequest>, ...events: readonly GatewayEvent[]) =>
  accepted(decide([...prices, ...events], request(fields)));
const providersOf = (fields: Partial<AdmitRequest>) => place(fields).candidates.map(({ provider }) => provider);
const routed = (fields: Partial<AdmittedRouting>): AdmittedRouting => ({ ...someRouting, ...fields });

describe('a candidate', () => {
  test('keeps its place, and is told with what the request is likely to cost there, times what the payer pays', () => {
    const where = { tier: 1, weight: 5, stage: 2, standsInFor: 'context_window', contextTokens: 9 } as const;
    const candidates = [at('a', 'c/cheap'), at('b', 'c/cheap', where), at('c', 'c/dear')];
    const settings = resourceSet('settings', { id: 'default', multiplier: '1.5' });
    const placed = place({ candidates }, settings);
    // 250 prompt tokens and the 100 output tokens that the client bounds its answer by.
    assert.deepEqual(placed.candidates, [
      { ...candidates[0], priceVersion: CHEAP, likelyCostNanoUsd: '525' },
      { ...candidates[1], priceVersion: CHEAP, likelyCostNanoUsd: '525' },
      { ...candidates[2], priceVersion: DEAR, likelyCostNanoUsd: '3225' },
    ]);
    assert.deepEqual(placed.event.data.candidates, placed.candidates);
  });

  test('is likely to be answered by no more than is usual, whatever bound the client names', () => {
    const [first] = place({ candidates: [at('a', 'c/cheap')], outputTokensRequested: 50_000 }).candidates;
    assert.equal(first?.likelyCostNanoUsd, String(250 + 256));
  });
});

describe('from free to paid', () => {
  const free = at('a', 'c/free');
  const paid = at('b', 'c/cheap');
  const fallback = at('c', 'c/dear', { stage: 1 });
  const longer = at('d', 'c/dear', { stage: 2, standsInFor: 'context_window' });
  const candidates = [free, paid, at('e', 'c/free', { stage: 1 }), fallback, longer];

  test('no request goes unasked', () => {
    const placed = place({ candidates, routing: someRouting });
    assert.deepEqual(
      placed.candidates.map(({ provider }) => provider),
      ['a', 'e'],
    );
    assert.equal(placed.holdNanoUsd, 0n);
    assert.deepEqual(
      placed.event.data.leftOut,
      ['b', 'c', 'd'].map((provider) => ({ provider, model: 'm', reason: 'paid' })),
    );
    assert.deepEqual(providersOf({ candidates }), ['a', 'e']);
  });

  test('it goes where policy lets it', () => {
    const placed = place({ candidates, routing: routed({ mayBecomePaid: true }) });
    assert.equal(placed.candidates.length, 5);
    assert.equal(placed.holdNanoUsd, 1_000n * 5n + 100n * 9n);
  });

  test('it goes to the models that its client has named, and to those alone', () => {
    assert.deepEqual(providersOf({ candidates, routing: routed({ hasOwnFallbacks: true }) }), ['a', 'e', 'c']);
  });

  test('a request that begins with a paid one keeps them all', () => {
    assert.deepEqual(providersOf({ candidates: [paid, free, fallback] }), ['b', 'a', 'c']);
  });

  test('a free model that has no price for all that is asked of it makes no request a paid one', () => {
    const searching = (name: string, search: number) =>
      pricePublished(name, {
        prices: Object.entries({ input: 0, output: 0, search }).map(([unit, picoUsd]) => ({
          unit,
          picoUsd: String(picoUsd),
        })),
      });
    const asked = { candidates: [free, at('s', 'c/searching')], counts: { search: 1 }, routing: someRouting };
    const all = [...prices, searching('c/searching', 5_000_000)];
    const { refusal } = refused(decide(all, request(asked)));
    assert.deepEqual([refusal.code, /search/.test(refusal.message)], ['feature_not_priced', true]);
    const alike = [...all, searching('c/free-search', 0)];
    const candidates = [...asked.candidates, at('f', 'c/free-search')];
    const placed = accepted(decide(alike, request({ ...asked, candidates })));
    assert.deepEqual(
      [placed.candidates.map(({ provider }) => provider), placed.event.data.leftOut.map(({ reason }) => reason)],
      [['f'], ['unpriced', 'paid']],
    );
    const routing = routed({ mayBecomePaid: true });
    assert.equal(accepted(decide(all, request({ ...asked, routing }))).candidates[0]?.provider, 's');
  });

  test('a price that lacks that of text says nothing of what is free', () => {
    const halfPriced = pricePublished('c/half', { prices: [{ unit: 'input', picoUsd: '0' }] });
    const candidates = [at('h', 'c/half'), at('b', 'c/cheap')];
    assert.equal(accepted(decide([...prices, halfPriced], request({ candidates }))).candidates[0]?.provider, 'b');
  });

  test('a free provider whose limit is used up makes no request a paid one', () => {
    const used = limit({ subject: { kind: 'provider', id: 'a' }, amount: '0' });
    const asked = { candidates: [free, paid], routing: someRouting };
    assert.equal(refused(decide([...prices, used], request(asked))).refusal.code, 'quota_exceeded');
  });
});

describe('what was left out', () => {
  test('is on record with why: policy’s, what has no price, and what a limit bars', () => {
    const far = { provider: 'far', model: 'm', reason: 'region' };
    const candidates = [at('none', 'c/none'), at('a', 'c/cheap'), at('full', 'c/cheap')];
    const placed = place(
      { candidates, routing: routed({ leftOut: [far], shadow: at('copy', 'c/none') }) },
      limit({ id: 'l-full', subject: { kind: 'provider', id: 'full' }, amount: '0' }),
    );
    assert.deepEqual(
      placed.candidates.map(({ provider }) => provider),
      ['a'],
    );
    assert.deepEqual(placed.event.data.leftOut, [
      far,
      { provider: 'none', model: 'm', reason: 'unpriced' },
      { provider: 'full', model: 'm', reason: 'limit:l-full' },
      { provider: 'copy', model: 'm', reason: 'unpriced' },
    ]);
  });

  test('is bounded: an event is kept for ever', () => {
    const many = Array.from({ length: 200 }, (_, index) => at(`p${index}`, 'c/none'));
    assert.equal(place({ candidates: [at('a', 'c/cheap'), ...many] }).event.data.leftOut.length, 50);
  });
});

describe('of more than a hundred candidates', () => {
  test('the first hundred are kept, and the first of each stage before that', () => {
    const many = Array.from({ length: 150 }, (_, index) => at(`p${index}`, 'c/cheap', { tier: index % 3 }));
    const wider = Array.from({ length: 5 }, (_, index) => at(`w${index}`, 'c/dear', { stage: 1 }));
    const last = at('z', 'c/cheap', { stage: 2 });
    const placed = place({ candidates: [...many, ...wider, last] });
    const kept = placed.event.data.candidates.map(({ provider }) => provider);
    assert.deepEqual(kept, [...many.slice(0, 98).map(({ provider }) => provider), 'w0', 'z']);
    assert.deepEqual(
      placed.candidates.map(({ provider }) => provider),
      kept,
    );
    assert.deepEqual(placed.event.data.leftOut[0], { provider: 'p98', model: 'm', reason: 'too_many' });
  });

  test('the hold is of those that are kept', () => {
    const many = Array.from({ length: 100 }, (_, index) => at(`p${index}`, 'c/cheap'));
    const { holdNanoUsd } = place({ candidates: [...many, at('z', 'c/dear')] });
    assert.equal(holdNanoUsd, place({ candidates: many }).holdNanoUsd);
  });
});

test('how a request is routed is on record', () => {
  const routing = routed({ routeId: 'r', strategy: 'lowest_cost', strategySource: 'request' });
  const { routeId, strategy, strategySource } = place({ candidates: [at('a', 'c/cheap')], routing }).event.data;
  assert.deepEqual([routeId, strategy, strategySource], ['r', 'lowest_cost', 'request']);
});

describe('the target of a copy', () => {
  test('has a price and the cost to the house, and the hold does not cover it', () => {
    const candidates = [at('a', 'c/cheap')];
    const plain = place({ candidates });
    const settings = resourceSet('settings', { id: 'default', multiplier: '2' });
    const placed = place({ candidates, routing: routed({ shadow: at('s', 'c/dear') }) });
    const shadow = { ...at('s', 'c/dear'), priceVersion: DEAR, likelyCostNanoUsd: String(250 * 5 + 100 * 9) };
    assert.deepEqual([placed.shadow, placed.event.data.shadows], [shadow, [shadow]]);
    assert.equal(placed.holdNanoUsd, plain.holdNanoUsd);
    const dearer = place({ candidates, routing: routed({ shadow: at('s', 'c/dear') }) }, settings);
    assert.equal(dearer.shadow?.likelyCostNanoUsd, shadow.likelyCostNanoUsd);
    assert.deepEqual([plain.shadow, plain.event.data.shadows], [undefined, []]);
  });

  test('counts against no limit of its provider, and is there for a free request, too', () => {
    const used = limit({ subject: { kind: 'provider', id: 's' }, amount: '0' });
    const placed = place({ candidates: [at('a', 'c/free')], routing: routed({ shadow: at('s', 'c/dear') }) }, used);
    assert.equal(placed.shadow?.provider, 's');
    assert.deepEqual([placed.holdNanoUsd, placed.reservations], [0n, []]);
  });
});

test('wherever a request ends up, its hold covers it, and no copy changes that', () => {
  const pico = fc.integer({ min: 0, max: 20_000 });
  const one = fc.record({
    ...{ input: pico, output: pico, stage: fc.nat({ max: 3 }), tier: fc.nat({ max: 2 }) },
    ...{ contextTokens: fc.constantFrom(0, 500, 2_000), isSpecial: fc.boolean() },
  });
  const cases = fc.record({
    ones: fc.array(one, { minLength: 1, maxLength: 6 }),
    requested: fc.constantFrom(0, 1, 100, 3_000),
    choices: fc.constantFrom(1, 3),
    ...{ mayBecomePaid: fc.boolean(), hasOwnFallbacks: fc.boolean(), hasShadow: fc.boolean() },
    ...{ prompt: fc.nat({ max: 1_000 }), answer: fc.nat({ max: 1_000 }) },
  });
  fc.assert(
    fc.property(cases, ({ ones, requested, choices, prompt, answer, hasShadow, ...flags }) => {
      const events = ones.map(({ input, output, contextTokens }, index) =>
        pricePublished(`c/${index}`, { inputPicoUsd: input, outputPicoUsd: output, contextTokens }),
      );
      const candidates = ones.map(({ stage, tier, isSpecial }, index) =>
        at(`p${index}`, `c/${index}`, { stage, tier, ...(isSpecial && { standsInFor: 'content_policy' }) }),
      );
      const base = { candidates, outputTokensRequested: requested, choices };
      const withShadow = routed({ ...flags, ...(hasShadow && { shadow: at('s', 'c/dear') }) });
      const decided = decide([...prices, ...events], request({ ...base, routing: withShadow }));
      const plain = decide([...prices, ...events], request({ ...base, routing: routed(flags) }));
      if (decided.kind === 'refused' || plain.kind === 'refused') {
        assert.equal(decided.kind, plain.kind);
        return;
      }
      assert.equal(decided.holdNanoUsd, plain.holdNanoUsd);
      const used = {
        input: Math.floor((decided.event.data.promptTokensBound * prompt) / 1_000),
        output: Math.floor((decided.outputTokensBound * answer) / 1_000),
      };
      for (const { provider, priceKey } of decided.candidates) {
        const { input, output, contextTokens } = ones[Number(provider.slice(1))] ?? assert.fail(priceKey);
        const terms = { prices: { input: BigInt(input), output: BigInt(output) }, bands: [], serviceTiers: [] };
        // A model takes no more than its context.
        const usage = { ...used, input: contextTokens === 0 ? used.input : Math.min(used.input, contextTokens) };
        const { totalNanoUsd } = rate(usage, terms, { serviceTier: '', multiplierBasisPoints: 10_000 });
        assert.ok(totalNanoUsd <= decided.holdNanoUsd, `${totalNanoUsd} of ${decided.holdNanoUsd} at ${provider}`);
      }
    }),
  );
});
