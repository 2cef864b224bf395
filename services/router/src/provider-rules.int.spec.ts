import assert from 'node:assert/strict';
import type { ResourceOf } from '#registry/kinds.ts';
import { type Scope, test } from '#testkit/test.ts';
import {
  contentEvent,
  createTestRouter,
  doneEvent,
  finishEvent,
  hostileProvider,
  testProvider,
  wholeAnswer,
} from './testing.ts';

const messages = [{ role: 'user', content: 'Hi' }];

/** What a provider gets whose resource says this of it. */
async function world(t: Scope, said: Partial<Omit<ResourceOf<'provider'>, '$typeName' | '$unknown'>>) {
  const got: Record<string, unknown>[] = [];
  const baseUrl = await hostileProvider(t, (response, _request, text) => {
    const body = JSON.parse(text);
    got.push(body);
    response.end(body.stream === true ? contentEvent('one two') + finishEvent + doneEvent : wholeAnswer);
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl, said)] });
  return { got, ask };
}

test('a provider that refuses stream_options is not sent them, and its stream is estimated', async (t) => {
  const { got, ask } = await world(t, { refusesStreamOptions: true });
  const { failure, usage } = await ask({ messages, stream: true });
  assert.deepEqual([failure, usage?.estimated, usage?.usage.output], [undefined, true, 2]);
  assert.equal(got[0]?.['stream_options'], undefined);
  const other = await world(t, {});
  await other.ask({ messages, stream: true });
  assert.deepEqual(other.got[0]?.['stream_options'], { include_usage: true });
});

test("a client that asks for usage in either way keeps the provider's own chunk of it", async (t) => {
  const chunk =
    'data: {"id":"c","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"odd":1}}\n\n';
  const baseUrl = await hostileProvider(t, (response) => {
    response.end(contentEvent('one two') + finishEvent + chunk + doneEvent);
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  for (const [wish, isTold] of [
    [{ stream_options: { include_usage: true } }, true],
    [{ usage: { include: true } }, true],
    [{ usage: { include: false } }, false],
    [{}, false],
  ] as const) {
    const { text, failure } = await ask({ messages, stream: true, ...wish });
    assert.deepEqual([failure, text.includes('"odd":1')], [undefined, isTold], JSON.stringify(wish));
  }
});

test('the admitted bound goes out by the name that the provider honours, whatever the client calls it', async (t) => {
  for (const [maxTokensParam, other] of [
    ['max_tokens', 'max_completion_tokens'],
    ['max_completion_tokens', 'max_tokens'],
  ] as const) {
    for (const body of [
      {},
      { [other]: 1_000 },
      { [maxTokensParam]: 1_000 },
      { [other]: 1_000, [maxTokensParam]: null },
    ]) {
      const { got, ask } = await world(t, { maxTokensParam });
      await ask({ messages, ...body });
      assert.deepEqual([got[0]?.[maxTokensParam], got[0]?.[other]], [1_000, undefined], JSON.stringify(body));
    }
  }
});

test('fields go by the name that the provider has for them, and one that it refuses is refused by its name, or left out', async (t) => {
  const { got, ask } = await world(t, { renamedFields: { seed: 'random_seed' }, refusedFields: ['logit_bias'] });
  assert.equal((await ask({ messages, seed: 7 })).failure, undefined);
  assert.deepEqual([got[0]?.['random_seed'], got[0]?.['seed']], [7, undefined]);
  const body = { messages, logit_bias: { 5: 1 } };
  const { failure } = await ask(body);
  assert.deepEqual([failure?.code, failure?.param, got.length], ['invalid_request', 'logit_bias', 1]);
  const dropped = await ask(body, { request: { dropsUnplaced: true } });
  assert.deepEqual([dropped.failure, got[1]?.['logit_bias']], [undefined, undefined]);
  const [head] = dropped.frames;
  assert.deepEqual(head?.kind === 'head' && head.dropped, ['logit_bias']);
});

test('what counts as a part of what is as the resource says', async (t) => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 4 } };
  for (const [cacheInInput, input] of [
    ['yes', 6],
    ['no', 10],
    ['compare', 6],
  ] as const) {
    const baseUrl = await hostileProvider(t, (response) => {
      response.end(JSON.stringify({ ...JSON.parse(wholeAnswer), usage }));
    });
    const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { cacheInInput })] });
    const asked = await ask({ messages });
    assert.deepEqual([asked.usage?.usage.input, asked.usage?.usage.cached_input], [input, 4], cacheInInput);
  }
});
