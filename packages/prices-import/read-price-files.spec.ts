import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from '#testkit/test.ts';
import { readGenaiPrices } from './read-genai-prices.ts';
import { readLiteLlm } from './read-litellm.ts';

const nowMs = Date.parse('2026-11-28T12:00:00Z');

function golden(name: string): string {
  return readFileSync(new URL(`./golden/${name}`, import.meta.url), 'utf8');
}

for (const [form, read] of [
  ['litellm', readLiteLlm],
  ['genai-prices', (text: string) => readGenaiPrices(text, nowMs)],
] as const) {
  test(`a file of ${form} is read to the last digit, and what cannot be read is told with the reason`, () => {
    assert.deepEqual(read(golden(`${form}.txt`)), JSON.parse(golden(`${form}.expected.json`)));
  });
}

test('0 is a price, and what is null or not there is none', () => {
  const row = { litellm_provider: 'openai', mode: 'chat' };
  const text = (fields: object) => JSON.stringify({ m: { ...row, ...fields } });
  assert.deepEqual(readLiteLlm(text({ input_cost_per_token: 0, output_cost_per_token: 0 })).skipped, []);
  for (const output of [null, undefined]) {
    const { prices, skipped } = readLiteLlm(text({ input_cost_per_token: 0, output_cost_per_token: output }));
    assert.deepEqual([prices, skipped], [[], ['m: has no price for output tokens']]);
  }
});
