import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { countTokens } from './count-tokens.ts';
import { type Estimated, estimateUsage } from './estimate-usage.ts';

const request = (bounds: { prompt: number; output: number }, content: unknown = 'Hello world'): Estimated => ({
  format: 'openai-chat',
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

const noAnswer = { text: '', scale: 1 };

test('texts of embeddings are counted without roles, and tokens as they are', async () => {
  const cases: readonly (readonly [Estimated['format'], object, number])[] = [
    ['openai-embeddings', { input: 'Hello world' }, 2],
    ['openai-embeddings', { input: [1, 2, 3] }, 3],
    ['openai-embeddings', { input: [[1, 2], [3]] }, 3],
    ['gemini-embeddings', { content: { parts: [{ text: 'Hello world' }] } }, 2],
    ['gemini-embeddings', { requests: [{ content: { parts: [{ text: 'Hello world' }] }, title: 'Hello world' }] }, 5],
  ];
  for (const [format, body, input] of cases) {
    const asked = { ...request({ prompt: 100, output: 0 }), format, parsedBody: { model: 'm', ...body } };
    assert.deepEqual((await estimateUsage(asked, noAnswer)).usage, { input, output: 0 }, JSON.stringify(body));
  }
  const short = {
    ...request({ prompt: 2, output: 0 }),
    format: 'openai-embeddings' as const,
    parsedBody: { input: [1, 2, 3] },
  };
  assert.equal((await estimateUsage(short, noAnswer)).usage.input, 2);
});

test('the prompts of Gemini’s clients are counted as well', async () => {
  const parsedBody = {
    systemInstruction: { parts: [{ text: 'Hello world' }] },
    contents: [
      { role: 'user', parts: [{ text: 'Hello world' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }] },
    ],
  };
  const asked: Estimated = { ...request({ prompt: 10_000, output: 0 }), format: 'gemini-generate', parsedBody };
  const { usage } = await estimateUsage(asked, noAnswer);
  assert.ok((usage.input ?? 0) >= 765 + 4 + 4 && (usage.input ?? 0) < 800, String(usage.input));
});
