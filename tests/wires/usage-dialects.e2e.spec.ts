import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { chunk, completion, DONE, usageChunk } from './support/openai-bytes.ts';
import { openWireWorld } from './support/wire-world.ts';

/* Reports of usage as providers write them, and the nano-USD they mean at 1 USD input, 0.1 cached, 2 output a million. */

const world = await openWireWorld();
afterAll(() => world[Symbol.asyncDispose]());

const text = 'word '.repeat(46_000);
const counts = { prompt_tokens: 53_154, completion_tokens: 2_809, total_tokens: 55_963 };
/** 3,746 input at 1, 49,408 cached at 0.1, 2,809 output at 2. */
const discounted = 3_746_000n + 4_940_800n + 5_618_000n;

const reports: readonly (readonly [what: string, usage: unknown, nanoUsd: bigint])[] = [
  ['cached tokens among the details', { ...counts, prompt_tokens_details: { cached_tokens: 49_408 } }, discounted],
  [
    'cache hits and misses',
    { ...counts, prompt_cache_hit_tokens: 49_408, prompt_cache_miss_tokens: 3_746 },
    discounted,
  ],
  ['cached tokens at the top', { ...counts, cached_tokens: 49_408 }, discounted],
  ['cached tokens by number', { ...counts, num_cached_tokens: 49_408 }, discounted],
  [
    'more reasoning than output',
    {
      ...counts,
      prompt_tokens_details: { cached_tokens: 49_408 },
      completion_tokens_details: { reasoning_tokens: 3_364 },
    },
    discounted,
  ],
  [
    'details of null',
    { ...counts, prompt_tokens_details: null, completion_tokens_details: null },
    53_154_000n + 5_618_000n,
  ],
  [
    'a detail that is a text',
    { ...counts, prompt_tokens_details: { cached_tokens: 'many' } },
    53_154_000n + 5_618_000n,
  ],
  [
    'more cached than prompt tokens',
    { ...counts, prompt_tokens_details: { cached_tokens: 60_000 } },
    5_315_400n + 5_618_000n,
  ],
  [
    'names of Responses',
    {
      input_tokens: 53_154,
      output_tokens: 2_809,
      total_tokens: 55_963,
      input_tokens_details: { cached_tokens: 49_408 },
    },
    discounted,
  ],
  [
    'reasoning beside the output',
    {
      prompt_tokens: 53_154,
      completion_tokens: 1_000,
      total_tokens: 55_963,
      completion_tokens_details: { reasoning_tokens: 1_809 },
      prompt_tokens_details: { cached_tokens: 49_408 },
    },
    discounted,
  ],
];

for (const [what, usage, nanoUsd] of reports) {
  test(`a report with ${what} is charged for what it means`, async () => {
    const wire = await world.wire(({ body }) =>
      body['stream'] === true
        ? { body: [chunk({ role: 'assistant', content: 'Hi' }), chunk({}, 'stop'), usageChunk(usage), DONE] }
        : { body: completion({ content: 'Hi' }, usage) },
    );
    const messages = [{ role: 'user', content: text }];
    assert.equal((await wire.chat({ messages })).status, 200);
    assert.equal(await wire.charged(), nanoUsd);
    assert.equal((await wire.chat({ messages, stream: true })).isDone, true);
    assert.equal(await wire.charged(), 2n * nanoUsd);
  });
}

test('a later zero does not undo an earlier count', async () => {
  const wire = await world.wire(() => ({
    body: [
      chunk({ role: 'assistant', content: 'Hi' }),
      chunk({}, 'stop', { usage: { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 } }),
      usageChunk({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }),
      DONE,
    ],
  }));
  assert.equal((await wire.chat({ stream: true })).isDone, true);
  assert.equal(await wire.charged(), 200_000n);
});
