import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { priceFindings } from './price-findings.ts';

const nowMs = Date.parse('2026-11-01T00:00:00Z');

/** A price of the settings; its amounts do not matter here. */
function priceOf(key: string) {
  return { key, prices: [], bands: [], serviceTiers: [] } as unknown as Parameters<typeof priceFindings>[1][number];
}

test('a provider of the catalogue is told by how many of its models have a price, and which are left out and why', () => {
  const [found, ...others] = priceFindings([{ name: 'perplexity', catalogue: 'perplexity' }], [], nowMs);
  assert.deepEqual(others, []);
  assert.equal(found?.status, 'ok');
  assert.match(
    found?.message ?? '',
    /^(\d+) of \1 models have a price; \d+ of the catalogue are left out: .*\bsonar-pro \(searches the web/,
  );
});

test('a model that is named and has no price is told with the line that gives it one', () => {
  const named = { name: 'vllm', catalogue: 'house', models: ['llama', 'qwen'] };
  const found = priceFindings([named], [priceOf('house/qwen')], nowMs);
  assert.deepEqual(
    found.map(({ part, status, message }) => [part, status, message]),
    [
      ['prices vllm', 'ok', '1 of 2 models have a price'],
      ['prices vllm', 'warn', 'llama has no price and is refused'],
    ],
  );
  assert.match(found[1]?.advice ?? '', /gatewayctl prices set house\/llama --prices input=USD,output=USD/);
});

test('a provider that the catalogue does not have is told, until a price of its models is set', () => {
  const qwen = { name: 'qwen', catalogue: 'qwen' };
  assert.deepEqual(
    priceFindings([qwen], [], nowMs).map(({ status, message }) => [status, message]),
    [['warn', "the catalogue has no prices of 'qwen', and none is set"]],
  );
  assert.equal(priceFindings([qwen], [priceOf('qwen/qwen3-max')], nowMs)[0]?.message, '1 of 1 models have a price');
});
