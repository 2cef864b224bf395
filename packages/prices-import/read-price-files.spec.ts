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

test('0 is a price of one unit, and what is null or not there is none', () => {
  const row = { litellm_provider: 'openai', mode: 'chat' };
  const text = (fields: object) => JSON.stringify({ m: { ...row, ...fields } });
  const half = readLiteLlm(text({ input_cost_per_token: 0, output_cost_per_token: 1e-6 }));
  assert.deepEqual([half.skipped, half.prices[0]?.prices[0]?.usdPerMillion], [[], '0']);
  for (const output of [null, undefined]) {
    const { prices, skipped } = readLiteLlm(text({ input_cost_per_token: 0, output_cost_per_token: output }));
    assert.deepEqual([prices, skipped], [[], ['m: has no price for output tokens']]);
  }
});

test('a row that is free is left out, and the reason says how it becomes free nonetheless', () => {
  const reason = /0 for input and output, .* `prices set` can make it free/;
  for (const zero of [0, '0', '0.0', 0]) {
    const row = { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: zero, output_cost_per_token: zero };
    const { prices, skipped } = readLiteLlm(JSON.stringify({ m: row }));
    assert.deepEqual(prices, []);
    assert.match(skipped.join(), reason);
    const models = [{ id: 'm', prices: { input_mtok: zero, output_mtok: zero } }];
    const other = readGenaiPrices(JSON.stringify([{ id: 'openai', models }]), nowMs);
    assert.deepEqual(other.prices, []);
    assert.match(other.skipped.join(), reason);
  }
});

test('what is not counted makes a row unfit, as a text too, unless it costs nothing', () => {
  const row = { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 };
  const skippedOf = (output_cost_per_image: unknown) =>
    readLiteLlm(JSON.stringify({ m: { ...row, output_cost_per_image } })).skipped;
  for (const cost of ['0.005', 0.005, '5e-3', '', 'free', true, {}]) {
    assert.match(skippedOf(cost).join(), /priced by output_cost_per_image/, JSON.stringify(cost));
  }
  for (const nothing of [0, '0', '0.00', '0e-5', null]) assert.deepEqual(skippedOf(nothing), [], String(nothing));
});

test('prices by the size of the prompt are bands, in whatever order they are listed', () => {
  const text = `{"dashscope/qwen3-max": {"litellm_provider": "dashscope", "mode": "chat", "max_input_tokens": 258048, "tiered_pricing": [
    {"range": [32000.0, 128000.0], "input_cost_per_token": 2.4e-06, "output_cost_per_token": 1.2e-05},
    {"range": [0, 32000.0], "input_cost_per_token": 1.2e-06, "output_cost_per_token": 6e-06, "cache_read_input_token_cost": 2.4e-07},
    {"range": [128000.0, 252000.0], "input_cost_per_token": 3e-06, "output_cost_per_token": 1.5e-05}]},
    "x/by-results": {"litellm_provider": "x", "mode": "chat", "tiered_pricing": [{"max_results_range": [0, 25], "input_cost_per_query": 0.005}]}}`;
  const { prices, skipped } = readLiteLlm(text);
  assert.deepEqual(
    prices.map(({ id, prices: usual, bands }) => [id, usual, bands]),
    [
      [
        'qwen/qwen3-max',
        [
          { unit: 'input', usdPerMillion: '1.2' },
          { unit: 'cached_input', usdPerMillion: '0.24' },
          { unit: 'output', usdPerMillion: '6' },
        ],
        [
          {
            abovePromptTokens: 32_000,
            prices: [
              { unit: 'input', usdPerMillion: '2.4' },
              { unit: 'output', usdPerMillion: '12' },
            ],
          },
          {
            abovePromptTokens: 128_000,
            prices: [
              { unit: 'input', usdPerMillion: '3' },
              { unit: 'output', usdPerMillion: '15' },
            ],
          },
        ],
      ],
    ],
  );
  assert.match(skipped[0] ?? '', /something else than the prompt/);
});
