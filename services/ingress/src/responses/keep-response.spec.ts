import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import { describe, test } from '#testkit/test.ts';
import { keepResponse } from './keep-response.ts';
import { createMemoryResponses } from './testing.ts';

const sent = { userId: 'ada', previousId: 'r0', input: ['{"role":"user","content":"hi"}'] };
const turn = { ...sent, isStored: true, conversationId: null };
const kept = sent;
const addTurn = async () => undefined;
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

interface Passed {
  readonly text: string;
  readonly kinds: readonly string[];
  readonly kept: Awaited<ReturnType<ReturnType<typeof createMemoryResponses>['read']>>;
  readonly warnings: number;
}

async function pass(
  frames: readonly CompleteFrame[],
  isStream: boolean,
  { store = createMemoryResponses(), isStored = true, isKept = true } = {},
): Promise<Passed> {
  let warnings = 0;
  const logger = { warn: () => void warnings++ };
  async function* given() {
    yield* frames;
  }
  const kinds: string[] = [];
  let text = '';
  for await (const frame of keepResponse(given(), {
    store,
    turn: { ...turn, isStored },
    addTurn,
    isStream,
    days: 30,
    logger,
  })) {
    kinds.push(frame.kind);
    if (frame.kind !== 'data') continue;
    text += frame.data.toString();
    if (isKept && text.includes('"store":true')) assert.notEqual(await store.read('ada', 'r1'), undefined);
  }
  return { text, kinds, kept: await store.read('ada', 'r1'), warnings };
}

const told = '"store":true,"previous_response_id":"r0"';

describe('an answer of /v1/responses', () => {
  test('is kept before its client has it, with the digits of its numbers, and says so', async () => {
    const text = '{"id":"r1","n":9007199254740993,"store":false}';
    const passed = await pass([head, data(text.slice(0, 20)), data(text.slice(20)), end], false);
    const response = '{"id":"r1","n":9007199254740993,"store":true,"previous_response_id":"r0"}';
    assert.deepEqual([passed.text, passed.kept], [response, { ...kept, id: 'r1', response }]);
  });

  test('is kept from the last event of a stream, however it is written and cut', async () => {
    const response = '{"id":"r1","text":"a\u2028b","n":9007199254740993}';
    for (const event of [
      `{"type":"response.completed","sequence_number":3,"response":${response}}`,
      `{"response":${response},"sequence_number":3,"type":"response.completed"}`,
    ]) {
      for (const last of [`event: response.completed\ndata: ${event}\n\n`, `data: ${event}\r\n\r\n`]) {
        const first = 'event: x\ndata: {}\n\n';
        for (const cut of [0, 5, 40, 60]) {
          const pieces = [last.slice(0, cut), last.slice(cut)].filter((piece) => piece !== '');
          const passed = await pass([head, data(first), ...pieces.map(data), end], true);
          assert.equal(passed.kept?.response, `{"id":"r1","text":"a\u2028b","n":9007199254740993,${told}}`);
          assert.ok(passed.text.startsWith(`${first}event: response.completed\ndata: {`), passed.text);
          assert.ok(passed.text.includes(told) && passed.text.endsWith('}\n\n'));
        }
      }
    }
  });

  test('passes at once as long as a model only speaks of its end', async () => {
    const spoken = data(
      'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"response.completed"}\n\n',
    );
    let pulled = 0;
    async function* given() {
      for (const frame of [head, spoken, spoken, spoken, end]) {
        pulled += 1;
        yield frame;
      }
    }
    const keeping = {
      store: createMemoryResponses(),
      turn,
      addTurn,
      isStream: true,
      days: 1,
      logger: { warn: () => undefined },
    };
    let passed = 0;
    for await (const _frame of keepResponse(given(), keeping)) {
      passed += 1;
      assert.equal(pulled, passed);
    }
    assert.equal(passed, 5);
  });

  test('says that it is not stored where it is not', async () => {
    const passed = await pass([head, data('{"id":"r1","store":true}'), end], false, { isStored: false, isKept: false });
    assert.equal(passed.text, '{"id":"r1","store":false,"previous_response_id":"r0"}');
    assert.equal(passed.kept, undefined);
  });

  test('that failed is not kept and passes as it is; one without an id is told to the operator', async () => {
    const cut = await pass([head, data('{"id":"r1"'), failure], false);
    assert.deepEqual([cut.text, cut.kinds, cut.kept], ['{"id":"r1"', ['head', 'data', 'failure'], undefined]);
    const odd = await pass([head, data('{"id":7}'), end], false);
    assert.deepEqual([odd.text, odd.warnings, odd.kept], ['{"id":7}', 1, undefined]);
  });

  test('that cannot be kept is given all the same, and the operator hears of it', async () => {
    const store = { ...createMemoryResponses(), keep: () => Promise.reject(new Error('away')) };
    const { warnings, text } = await pass([head, data('{"id":"r1"}'), end], false, { store, isKept: false });
    assert.deepEqual([warnings, text], [1, `{"id":"r1",${told}}`]);
  });

  test('that is too long to be held passes as it comes, and is not kept', async () => {
    const long = `{"id":"r1","x":"${'x'.repeat(1024 * 1024)}`;
    const pieces = Array.from({ length: 20 }, () => data(long));
    const passed = await pass([head, ...pieces, data('"}'), end], false);
    assert.equal(passed.text.length, 20 * long.length + 2);
    assert.equal(passed.kept, undefined);
  });

  test('is not looked through anew with every piece of a long end', async () => {
    const long = `event: response.completed\ndata: {"type":"response.completed","response":{"id":"r1","x":"${'x'.repeat(4 * 1024 * 1024)}"}}\n\n`;
    const pieces = Array.from({ length: Math.ceil(long.length / 64) }, (_, at) =>
      data(long.slice(at * 64, at * 64 + 64)),
    );
    const passed = await pass([head, ...pieces, end], true);
    assert.equal(passed.text.length, long.length + told.length + 1);
    assert.equal(passed.kept?.id, 'r1');
  });

  test('is left by whoever returns before anything was asked for', async () => {
    let isLeft = false;
    const frames: AsyncIterable<CompleteFrame> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: true, value: undefined }),
        async return() {
          isLeft = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const keeping = {
      store: createMemoryResponses(),
      turn,
      addTurn,
      isStream: true,
      days: 1,
      logger: { warn: () => undefined },
    };
    await keepResponse(frames, keeping)[Symbol.asyncIterator]().return?.();
    assert.equal(isLeft, true);
  });
});
