import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { countTokens } from './count-tokens.ts';
import { type Estimated, estimateUsage } from './estimate-usage.ts';

const request = (bounds: { prompt: number; output: number }, content: unknown = 'Hello world'): Estimated => ({
  parsedBody: { messages: [{ role: 'user', content }] },
  promptTokensBound: bounds.prompt,
  outputTokensBound: bounds.output,
});

test('texts are counted by a tokenizer, whatever they spell out', async () => {
  assert.deepEqual(await countTokens('Hello world'), { tokens: 2, policy: 'text-tokenized' });
  assert.ok((await countTokens('<|endoftext|>')).tokens > 1);
  assert.equal((await countTokens('')).tokens, 0);
});

test('a text beyond the bound is scaled up from its beginning', async () => {
  const { tokens } = await countTokens('word '.repeat(100_000));
  assert.ok(tokens > 95_000 && tokens < 110_000, String(tokens));
});

test('an estimate has the prompt and the answer, and is flagged with its policy', async () => {
  const { usage, policy } = await estimateUsage(request({ prompt: 100, output: 100 }), {
    text: 'Hello world',
    scale: 3,
  });
  assert.deepEqual([usage.input, usage.output, policy], [6, 6, 'text-tokenized']);
});

test('no estimate is above what was admitted', async () => {
  const answer = { text: 'word '.repeat(1_000), scale: 10 };
  const { usage } = await estimateUsage(request({ prompt: 5, output: 7 }), answer);
  assert.deepEqual([usage.input, usage.output], [5, 7]);
});

test('pictures count as such, not by their bytes', async () => {
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(100_000)}` } };
  const { usage } = await estimateUsage(request({ prompt: 1e6, output: 9 }, [image]), { text: '', scale: 1 });
  assert.equal(usage.input, 769);
});
