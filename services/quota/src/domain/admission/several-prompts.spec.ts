import assert from 'node:assert/strict';
import { pricePublished } from '#testkit/events.ts';
import { describe, test } from '#testkit/test.ts';
import { accepted } from '../../memory/testing.ts';
import { decide, request } from './testing.ts';

/** A nano-USD a prompt token, and nothing for the answer. */
const priced = (fields: Parameters<typeof pricePublished>[1]) => pricePublished('c/m', { outputPicoUsd: 0, ...fields });
const candidates = [{ provider: 'p', model: 'm', priceKey: 'c/m' }];
const holdOf = (price: ReturnType<typeof priced>, fields: Parameters<typeof request>[0]) =>
  accepted(decide([price], request({ candidates, ...fields }))).holdNanoUsd;

describe('a prompt holds no more than the model takes', () => {
  const price = priced({ inputPicoUsd: 1_000, contextTokens: 100 });

  test('where it is one', () => {
    assert.equal(holdOf(price, { promptTokensBound: 950 }), 100n);
    assert.equal(holdOf(price, { promptTokensBound: 50 }), 50n);
  });

  test('for each of several texts, and for each round of a tool that the provider runs', () => {
    assert.equal(holdOf(price, { promptTokensBound: 950, prompts: 3 }), 300n);
    assert.equal(holdOf(price, { promptTokensBound: 950, prompts: 2_048 }), 950n);
  });

  test('unless its price knows of a longer one', () => {
    const bands = [
      {
        abovePromptTokens: 100,
        prices: [
          { unit: 'input', picoUsd: '2000' },
          { unit: 'output', picoUsd: '0' },
        ],
      },
    ];
    assert.equal(
      holdOf(priced({ inputPicoUsd: 1_000, contextTokens: 100, bands }), { promptTokensBound: 950 }),
      1_900n,
    );
  });
});
