import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { CompleteFrame } from '#contracts/router.ts';
import { CALLER_LOST, GATEWAY_STOPS } from '#kernel/cut-by-gateway.ts';
import { test } from '#testkit/test.ts';
import { contentEvent, createTestRouter, hostileProvider, testProvider } from './testing.ts';

const messages = [{ role: 'user', content: 'Count' }];
const words = 'one two three four five six seven eight';
const event = (type: string, fields: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
/** Anthropic begins every stream like this: the prompt is counted, and the answer has one token. */
const anthropicBeginning =
  event('message_start', {
    message: {
      id: 'msg_1',
      model: 'm',
      usage: { input_tokens: 900, cache_creation_input_tokens: 40, cache_read_input_tokens: 50, output_tokens: 1 },
    },
  }) +
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: words } });

test('an Anthropic stream that is cut costs what it told of its prompt and an estimate of what it streamed', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => writeAndCut(response, anthropicBeginning));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { kind: 'anthropic' })] });
  const { usage } = await ask({ messages, stream: true });
  assert.deepEqual([usage?.outcome, usage?.estimated], ['OUTCOME_CUT', true]);
  assert.deepEqual([usage?.usage.input, usage?.usage.cached_input, usage?.usage.cache_write], [900, 50, 40]);
  assert.equal(usage?.usage.output, 8);
});

test('a cut stream of a client that pays for whole answers costs the client nothing, and the house what was streamed', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => writeAndCut(response, anthropicBeginning));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { kind: 'anthropic' })] });
  const { usage } = await ask({ messages, stream: true }, { request: { paysOnlyWhole: true } });
  assert.deepEqual([usage?.outcome, usage?.quantities], ['OUTCOME_FAILED', []]);
  assert.deepEqual(usage?.losses, [[0, 900, 8, true]]);
});

test('what a filter has ended costs such a client what was streamed, since another try would end as well', async (t) => {
  const no = `data: ${JSON.stringify({ error: { message: 'no', code: 'content_filter' } })}\n\n`;
  const baseUrl = await hostileProvider(t, (response) => writeAndCut(response, contentEvent(words) + no));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { usage } = await ask({ messages, stream: true }, { request: { paysOnlyWhole: true } });
  assert.deepEqual([usage?.outcome, usage?.usage.output], ['OUTCOME_CUT', 8]);
});

test('so does one whose client left and that did not end within the bound', async (t) => {
  const client = new AbortController();
  const baseUrl = await hostileProvider(t, (response) => response.write(anthropicBeginning));
  const { ask } = createTestRouter(t, {
    providers: [testProvider('p', baseUrl, { kind: 'anthropic' })],
    drainMaxMs: 30,
  });
  const onFrame = (frame: CompleteFrame) => frame.kind === 'data' && client.abort();
  const { usage } = await ask({ messages, stream: true }, { signal: client.signal, onFrame });
  assert.deepEqual([usage?.outcome, usage?.estimated], ['OUTCOME_CLIENT_GONE', true]);
  assert.deepEqual([usage?.usage.input, usage?.usage.output], [900, 8]);
});

for (const [what, reason, isPaid] of [
  ['whose process stops, the house pays', GATEWAY_STOPS, false],
  ['whose process is lost, the house pays', CALLER_LOST, false],
  ['who left by itself, the client pays', undefined, true],
] as const) {
  test(`of a stream of a client that pays for whole answers, ${what}`, async (t) => {
    const client = new AbortController();
    const baseUrl = await hostileProvider(t, (response) => response.write(anthropicBeginning));
    const { ask } = createTestRouter(t, {
      providers: [testProvider('p', baseUrl, { kind: 'anthropic' })],
      drainMaxMs: 30,
    });
    const onFrame = (frame: CompleteFrame) => frame.kind === 'data' && client.abort(reason);
    const asked = { signal: client.signal, onFrame, request: { paysOnlyWhole: true } };
    const { usage } = await ask({ messages, stream: true }, asked);
    assert.equal(usage?.outcome, isPaid ? 'OUTCOME_CLIENT_GONE' : 'OUTCOME_FAILED');
    assert.equal(usage?.quantities.length === 0, !isPaid);
    assert.deepEqual(usage?.losses, isPaid ? [] : [[0, 900, 8, true]]);
  });
}

test("a whole answer that its client cannot get any more, since the process stops, is the house's", async (t) => {
  const client = new AbortController();
  const answered = Promise.withResolvers<void>();
  const baseUrl = await hostileProvider(t, async (response) => {
    client.abort(GATEWAY_STOPS);
    await answered.promise;
    const usage = { prompt_tokens: 7, completion_tokens: 20, total_tokens: 27 };
    response.setHeader('content-type', 'application/json');
    const choices = [{ index: 0, message: { role: 'assistant', content: words }, finish_reason: 'stop' }];
    response.end(JSON.stringify({ id: 'c', object: 'chat.completion', model: 'm', choices, usage }));
  });
  setTimeout(answered.resolve, 50);
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { usage } = await ask({ messages }, { signal: client.signal, request: { paysOnlyWhole: true } });
  assert.deepEqual([usage?.outcome, usage?.quantities], ['OUTCOME_FAILED', []]);
  assert.deepEqual(usage?.losses, [[0, 7, 20, false]]);
});

test('a count that a provider gave in the middle of a stream is not taken for the count of all that was streamed', async (t) => {
  const early = `data: {"id":"c","choices":[{"index":0,"delta":{"content":""},"finish_reason":null}],"usage":{"prompt_tokens":7,"completion_tokens":0}}\n\n`;
  const baseUrl = await hostileProvider(t, (response) => writeAndCut(response, early + contentEvent(words)));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { usage } = await ask({ messages, stream: true });
  assert.deepEqual([usage?.outcome, usage?.estimated], ['OUTCOME_CUT', true]);
  assert.deepEqual([usage?.usage.input, usage?.usage.output], [7, 8]);
});

test('a stream that is cut after its last count costs that count', async (t) => {
  const finish = `data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":20}}\n\n`;
  const baseUrl = await hostileProvider(t, (response) => writeAndCut(response, contentEvent(words) + finish));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { usage } = await ask({ messages, stream: true });
  assert.deepEqual([usage?.outcome, usage?.estimated, usage?.usage.output], ['OUTCOME_CUT', false, 20]);
});

function writeAndCut(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text, () => setImmediate(() => response.destroy()));
}

test('what a provider says of its failure in the middle is what the client is told, and a filter is no failure of health', async (t) => {
  const nos: readonly [object, string, boolean][] = [
    [{ message: 'slow down', code: 'rate_limit_exceeded' }, 'upstream_rate_limited', false],
    [{ message: 'no', code: 'content_filter' }, 'content_filter', true],
    [{ message: 'no', type: 'server_error' }, 'upstream_error', false],
  ];
  for (const [error, code, isHealthy] of nos) {
    const baseUrl = await hostileProvider(t, (response) => {
      response.end(`${contentEvent('one two')}data: ${JSON.stringify({ error })}\n\n`);
    });
    const { ask, router } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
    for (let call = 0; call < 5; call += 1) {
      const { failure, usage } = await ask({ messages: [], stream: true });
      assert.deepEqual([failure?.code, usage?.outcome], [code, 'OUTCOME_CUT']);
    }
    assert.equal(router.providerHealth()[0]?.isHealthy, isHealthy, code);
  }
});
