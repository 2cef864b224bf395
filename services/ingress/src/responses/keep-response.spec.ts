import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import { test } from '#testkit/test.ts';
import { keepResponse } from './keep-response.ts';
import { createMemoryResponses } from './testing.ts';

const turn = { userId: 'ada', previousId: null, input: ['{"role":"user","content":"hi"}'] };
const head: CompleteFrame = {
  kind: 'head',
  status: 200,
  contentType: 'x',
  provider: 'p',
  model: 'm',
  attempts: 1,
  dropped: [],
  headers: {},
};
const end: CompleteFrame = {
  kind: 'end',
  summary: { provider: 'p', model: 'm', inputTokens: 1, outputTokens: 1, estimated: false },
};
const data = (text: string): CompleteFrame => ({ kind: 'data', data: Buffer.from(text) });
const failure: CompleteFrame = {
  kind: 'failure',
  failure: { code: 'upstream_cut', message: 'Cut.', providerBody: null, providerStatus: 200 },
};

async function pass(frames: readonly CompleteFrame[], isStream: boolean, store = createMemoryResponses()) {
  const warnings: unknown[] = [];
  const logger = { warn: (...said: unknown[]) => void warnings.push(said) };
  async function* given() {
    yield* frames;
  }
  const passed: CompleteFrame[] = [];
  for await (const frame of keepResponse(given(), { store, turn, isStream, days: 30, logger })) {
    passed.push(frame);
    if (frame.kind === 'data' && frame.data.includes('completed'))
      assert.notEqual(await store.read('ada', 'r1'), undefined);
  }
  assert.deepEqual(passed, frames);
  return { kept: await store.read('ada', 'r1'), warnings };
}

test('a document is kept before its client has it, with the digits of its numbers', async () => {
  const text = '{"id":"r1","status":"completed","n":9007199254740993}';
  const { kept } = await pass([head, data(text.slice(0, 20)), data(text.slice(20)), end], false);
  assert.deepEqual(kept, { ...turn, id: 'r1', response: text });
});

test('the response in the last event of a stream is kept, wherever its fields stand', async () => {
  const response = '{"id":"r1","n":9007199254740993}';
  for (const event of [
    `{"type":"response.completed","sequence_number":3,"response":${response}}`,
    `{"response":${response},"sequence_number":3,"type":"response.completed"}`,
  ]) {
    const last = `event: response.completed\ndata: ${event}\n\n`;
    const { kept } = await pass([head, data('event: x\ndata: {}\n\n'), data(last), end], true);
    assert.deepEqual(kept, { ...turn, id: 'r1', response });
    const cut = await pass([head, data(last.slice(0, 40)), data(last.slice(40)), end], true);
    assert.deepEqual(cut.kept, { ...turn, id: 'r1', response });
  }
});

test('what failed is not kept, nor is what has no id', async () => {
  const unkept = (frames: readonly CompleteFrame[]) =>
    keepResponseOf(frames).then((kept) => assert.equal(kept, undefined));
  await unkept([head, data('{"id":"r1"'), failure]);
  await unkept([head, data('{"id":7}'), end]);
});

test('an answer that cannot be kept is given all the same, and the operator hears of it', async () => {
  const store = { ...createMemoryResponses(), keep: () => Promise.reject(new Error('away')) };
  const { warnings } = await pass([head, data('{"id":"r1"}'), end], false, store);
  assert.equal(warnings.length, 1);
});

async function keepResponseOf(frames: readonly CompleteFrame[]): Promise<unknown> {
  return (await pass(frames, false)).kept;
}
