import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import { test } from '#testkit/test.ts';
import { beginRun } from './begin-run.ts';

const data = (text: string): CompleteFrame => ({ kind: 'data', data: Buffer.from(text) });

test('a run is under way before anybody asks for its frames, and gives all of them', async () => {
  let hasBegun = false;
  async function* run() {
    hasBegun = true;
    yield data('a');
    yield data('b');
  }
  const frames = beginRun(run, new AbortController().signal);
  assert.equal(hasBegun, true);
  assert.deepEqual(await Array.fromAsync(frames), [data('a'), data('b')]);
});

test('whoever returns without having read leaves the run, and so does the signal it was given', async () => {
  async function* run(signal: AbortSignal): AsyncGenerator<CompleteFrame, void, undefined> {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    yield data('left');
  }
  await beginRun(run, new AbortController().signal)[Symbol.asyncIterator]().return?.();
  const client = new AbortController();
  const next = beginRun(run, client.signal)[Symbol.asyncIterator]().next();
  client.abort();
  assert.deepEqual(await next, { done: false, value: data('left') });
});

test('a run that fails at its beginning tells whoever asks, and nobody else', async () => {
  // biome-ignore lint/correctness/useYield: it fails before it answers.
  async function* run(): AsyncGenerator<CompleteFrame, void, undefined> {
    throw new Error('lost');
  }
  const frames = beginRun(run, new AbortController().signal);
  await new Promise((resolve) => setImmediate(resolve));
  await assert.rejects(Array.fromAsync(frames), /lost/);
});
