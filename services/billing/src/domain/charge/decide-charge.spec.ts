import assert from 'node:assert/strict';
import type { Usage } from '#ai/usage.ts';
import type { Price } from '#money/price.ts';
import { admitted, used } from '#testkit/events.ts';
import { examplePrice } from '#testkit/example-price.ts';
import { test } from '#testkit/test.ts';
import { type Admission, type Charge, decideCharge, type RecordedUsage } from './decide-charge.ts';

const book = [
  examplePrice('openai/gpt-4o-mini', 1, 9_000n, 9_000n),
  examplePrice('openai/gpt-4o-mini', 2, 1_000n, 4_000n),
  examplePrice('openai/gpt-4o-mini', 3, 7_000n, 7_000n),
  examplePrice('anthropic/claude', 1, 3_000n, 15_000n),
];

function given(prices: readonly Price[], admissionChanges: Partial<Admission> = {}, ...readKeys: readonly string[]) {
  const when = (tokens: Usage, usageChanges: Partial<RecordedUsage> = {}) => {
    const decision = decideCharge({
      admission: admitted({ requestId: 'r1', ...admissionChanges }).data,
      usage: { ...used({ requestId: 'r1', usage: tokens }).data, ...usageChanges },
      findPrice: (key, version) => prices.find((price) => price.priceKey === key && price.version === version),
      readKeys: new Set(readKeys),
      postedAtMs: 7,
    });
    return {
      thenCharged: (expected: Partial<Charge>) => {
        assert.ok(decision.kind === 'charge', JSON.stringify(decision));
        for (const [field, value] of Object.entries(expected)) {
          assert.deepEqual(decision.charge[field as keyof Charge], value, field);
        }
      },
      thenNone: (kind: string) => assert.equal(decision.kind, kind),
    };
  };
  return { when };
}

test('a usage is rated with the price version pinned at admission, not the newest', () => {
  given(book)
    .when({ input: 10, output: 5 })
    .thenCharged({
      requestId: 'r1',
      userId: 'u1',
      keyId: 'k1',
      amountNanoUsd: '45',
      overrunNanoUsd: '0',
      holdNanoUsd: '1000',
      priceKey: 'openai/gpt-4o-mini',
      priceVersion: 2,
      multiplierBasisPoints: 15_000,
      lines: [
        { unit: 'input', quantity: 10, pricePicoUsd: '1000' },
        { unit: 'output', quantity: 5, pricePicoUsd: '4000' },
      ],
      postings: [
        { account: 'customer:u1', amountNanoUsd: '-45' },
        { account: 'revenue', amountNanoUsd: '45' },
      ],
      estimated: false,
      postedAtMs: '7',
    });
});

test('after a failover the candidate that answered is the one that is rated', () => {
  given(book)
    .when({ output: 2 }, { provider: 'second', model: 'claude' })
    .thenCharged({ amountNanoUsd: '45', priceKey: 'anthropic/claude', priceVersion: 1 });
});

test('what a usage costs above its hold is the house’s, not the customer’s', () => {
  given(book, { holdNanoUsd: '40' })
    .when({ input: 10, output: 5 })
    .thenCharged({
      amountNanoUsd: '40',
      overrunNanoUsd: '5',
      postings: [
        { account: 'customer:u1', amountNanoUsd: '-40' },
        { account: 'revenue', amountNanoUsd: '45' },
        { account: 'house_overrun', amountNanoUsd: '-5' },
      ],
    });
});

test('a request no provider answered is charged nothing, and its hold ends', () => {
  given([])
    .when({}, { outcome: 'OUTCOME_FAILED', provider: '', model: '' })
    .thenCharged({ amountNanoUsd: '0', overrunNanoUsd: '0', lines: [], postings: [], priceKey: '', priceVersion: 0 });
});

test('an estimated usage makes an estimated charge', () => {
  given(book)
    .when({ output: 1 }, { estimated: true, estimatePolicy: 'streamed-text' })
    .thenCharged({ estimated: true });
});

test('a usage whose pinned price version is unknown is not charged by another version', () => {
  given(book.filter((price) => price.version !== 2))
    .when({ input: 1 })
    .thenNone('price-unknown');
});

test('a usage of a model that was not admitted is never charged a guess', () => {
  given(book).when({ input: 1 }, { model: 'gpt-4o' }).thenNone('unratable');
  given(book).when({ input: 1 }, { provider: '' }).thenNone('unratable');
});

test('a usage of another user or request than the admission is not charged', () => {
  given(book).when({ input: 1 }, { userId: 'u2' }).thenNone('unratable');
  given(book).when({ input: 1 }, { requestId: 'r2' }).thenNone('unratable');
});

test('a usage is rated in the tier that served it, and the charge says which', () => {
  const tiers = [{ serviceTier: 'priority', prices: { input: 2_000n, output: 8_000n }, bands: [] }];
  const tiered = book.map((price) => ({ ...price, serviceTiers: tiers }));
  given(tiered)
    .when({ input: 10, output: 5 }, { serviceTier: 'priority' })
    .thenCharged({ serviceTier: 'priority', ratingFlags: [], amountNanoUsd: '90' });
  given(tiered).when({ input: 10, output: 5 }).thenCharged({ serviceTier: '', amountNanoUsd: '45' });
});

test('what the price does not say is flagged, and no token of it is free', () => {
  given(book)
    .when({ input: 10, audio_output: 5, search: 1 })
    .thenCharged({
      ratingFlags: ['unpriced:audio_output', 'unpriced:search'],
      lines: [
        { unit: 'input', quantity: 10, pricePicoUsd: '1000' },
        { unit: 'audio_output', quantity: 5, pricePicoUsd: '4000' },
        { unit: 'search', quantity: 1, pricePicoUsd: '0' },
      ],
    });
});

test('a usage of a unit that this version does not know is not rated', () => {
  given(book)
    .when({}, { quantities: [{ unit: 'thought', quantity: 1 }] })
    .thenNone('unratable');
});

const lossOf = (attempt: number, quantities: readonly { unit: string; quantity: number }[]) => ({
  attempt,
  estimated: true,
  quantities: [...quantities],
  serviceTier: '',
});
const attempts = [
  { provider: 'second', model: 'claude', status: 500, error: 'upstream_error', durationMs: 5 },
  { provider: 'first', model: 'gpt-4o-mini', status: 200, error: '', durationMs: 5 },
];

test('a failed attempt costs the house what its provider’s pinned price makes of it, times 1, and the user nothing', () => {
  const houseLosses = [lossOf(0, [{ unit: 'input', quantity: 10 }])];
  given(book)
    .when({ input: 10, output: 5 }, { attempts, houseLosses })
    .thenCharged({
      amountNanoUsd: '45',
      overrunNanoUsd: '0',
      houseCosts: [
        {
          attempt: 0,
          provider: 'second',
          model: 'claude',
          priceKey: 'anthropic/claude',
          priceVersion: 1,
          lines: [{ unit: 'input', quantity: 10, pricePicoUsd: '3000' }],
          amountNanoUsd: '30',
          estimated: true,
        },
      ],
      postings: [
        { account: 'customer:u1', amountNanoUsd: '-45' },
        { account: 'revenue', amountNanoUsd: '45' },
        { account: 'house_attempts', amountNanoUsd: '-30' },
        { account: 'provider_costs', amountNanoUsd: '30' },
      ],
    });
});

test('a request that failed altogether is charged nothing, and what it cost the house is on record', () => {
  given(book)
    .when(
      {},
      {
        outcome: 'OUTCOME_FAILED',
        provider: '',
        model: '',
        attempts,
        houseLosses: [lossOf(0, [{ unit: 'input', quantity: 10 }]), lossOf(1, [{ unit: 'output', quantity: 2 }])],
      },
    )
    .thenCharged({
      amountNanoUsd: '0',
      postings: [
        { account: 'house_attempts', amountNanoUsd: '-38' },
        { account: 'provider_costs', amountNanoUsd: '38' },
      ],
    });
});

test('an attempt at a model that was not admitted costs 0 without lines, and holds up no charge', () => {
  const houseLosses = [lossOf(7, [{ unit: 'input', quantity: 10 }])];
  given(book)
    .when({ input: 10, output: 5 }, { attempts, houseLosses })
    .thenCharged({
      amountNanoUsd: '45',
      houseCosts: [
        {
          attempt: 7,
          provider: '',
          model: '',
          priceKey: '',
          priceVersion: 0,
          lines: [],
          amountNanoUsd: '0',
          estimated: true,
        },
      ],
    });
});

test('a failed attempt is rated at no other price version than the pinned one', () => {
  given(book.filter(({ priceKey }) => priceKey !== 'anthropic/claude'))
    .when({ input: 10 }, { attempts, houseLosses: [lossOf(0, [{ unit: 'input', quantity: 10 }])] })
    .thenNone('price-unknown');
});

test('a failed attempt whose pinned price is nowhere in the log costs 0 without lines, and holds up no charge', () => {
  const houseLosses = [lossOf(0, [{ unit: 'input', quantity: 10 }])];
  const without = book.filter(({ priceKey }) => priceKey !== 'anthropic/claude');
  given(without, {}, 'anthropic/claude')
    .when({ input: 10, output: 5 }, { attempts, houseLosses })
    .thenCharged({
      amountNanoUsd: '45',
      houseCosts: [
        {
          attempt: 0,
          provider: 'second',
          model: 'claude',
          priceKey: 'anthropic/claude',
          priceVersion: 1,
          lines: [],
          amountNanoUsd: '0',
          estimated: true,
        },
      ],
      postings: [
        { account: 'customer:u1', amountNanoUsd: '-45' },
        { account: 'revenue', amountNanoUsd: '45' },
      ],
    });
});

test('an answer whose pinned price is nowhere in the log is not charged', () => {
  given([], {}, 'openai/gpt-4o-mini').when({ input: 10 }).thenNone('price-unknown');
});
