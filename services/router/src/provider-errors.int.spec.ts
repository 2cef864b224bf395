import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { FrontFormatName } from '#ai/format.ts';
import { type Scope, test } from '#testkit/test.ts';
import {
  contentEvent,
  createTestRouter,
  doneEvent,
  finishEvent,
  hostileProvider,
  testProvider,
  usageEvent,
  wholeAnswer,
} from './testing.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const errorOf = (message: string, code: string | null = null) =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } });

function answerJson(response: ServerResponse, status: number, document: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(document);
}

/** Two providers with the model: the first answers as it is told, the second one well. */
async function twoProviders(t: Scope, answer: (response: ServerResponse) => void) {
  let secondCalls = 0;
  const first = await hostileProvider(t, (response) => answer(response));
  const second = await hostileProvider(t, (response) => {
    secondCalls += 1;
    answerJson(response, 200, wholeAnswer);
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('a', first), testProvider('b', second)] });
  return { ask, secondCalls: () => secondCalls };
}

test('what a provider says of itself sends the request to the next one', async (t) => {
  const nos: readonly [number, string][] = [
    [404, errorOf('The model `m` does not exist', 'model_not_found')],
    [400, errorOf('The model `m` does not exist', 'model_not_found')],
    [405, 'Method Not Allowed'],
    [413, ''],
    [401, errorOf('Incorrect API key')],
    [402, errorOf('Insufficient Balance')],
    [403, errorOf('Country not supported')],
    [429, errorOf('You exceeded your current quota', 'insufficient_quota')],
    [500, '<html>'],
    [529, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'],
  ];
  for (const [status, document] of nos) {
    const { ask, secondCalls } = await twoProviders(t, (response) => answerJson(response, status, document));
    const { failure, usage } = await ask({ messages });
    assert.deepEqual([failure, secondCalls(), usage?.provider], [undefined, 1, 'b'], `${status} ${document}`);
  }
});

test('what a provider says of the request ends it, in the words and with the status of the provider', async (t) => {
  const nos: readonly [number, string, string][] = [
    [400, errorOf('messages is missing'), 'upstream_refused'],
    [422, errorOf('no'), 'upstream_refused'],
    [400, errorOf('maximum context length is 8 tokens', 'context_length_exceeded'), 'context_length_exceeded'],
    [400, errorOf('It was filtered', 'content_filter'), 'content_filter'],
  ];
  for (const [status, document, code] of nos) {
    const { ask, secondCalls } = await twoProviders(t, (response) => answerJson(response, status, document));
    const { failure, usage } = await ask({ messages });
    assert.deepEqual([failure?.code, failure?.providerStatus, secondCalls()], [code, status, 0], document);
    assert.equal(failure?.providerBody?.toString(), document);
    assert.equal(usage?.outcome, 'OUTCOME_FAILED');
  }
});

test('a document that is no error of the client’s format is told in that format, and one that says nothing not at all', async (t) => {
  const documents: readonly [string, string | null][] = [
    ['{"object":"error","message":"The sky is too low.","type":"invalid_request_error"}', 'The sky is too low.'],
    ['{"detail":"The sky is too low."}', 'The sky is too low.'],
    ['[{"error":{"code":400,"message":"The sky is too low."}}]', 'The sky is too low.'],
    ['{}', null],
    ['<html>Bad Request</html>', null],
    ['', null],
  ];
  for (const [document, message] of documents) {
    const baseUrl = await hostileProvider(t, (response) => answerJson(response, 400, document));
    const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
    const { failure } = await ask({ messages });
    const told = failure?.providerBody ?? null;
    assert.equal(told === null ? null : JSON.parse(told.toString()).error.message, message, document);
    assert.deepEqual([failure?.code, failure?.providerStatus], ['upstream_refused', 400], document);
  }
});

test('a prompt that is too long is told as clients of each format know it, whatever the provider calls it', async (t) => {
  const words = 'This model has a maximum context length of 8 tokens.';
  const said: readonly object[] = [
    { error: { message: words, type: 'invalid_request_error', param: null, code: 'invalid_request_error' } },
    { object: 'error', message: words, type: 'invalid_request_prompt', param: null, code: '3051' },
    { code: 'Client specified an invalid argument', error: words },
    { success: false, errors: [{ code: 5021, message: words }] },
  ];
  const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
  const clients: readonly (readonly [FrontFormatName, object, unknown])[] = [
    ['openai-chat', { messages }, { code: 'context_length_exceeded', message: words }],
    ['openai-responses', { input: 'Hi' }, { code: 'context_length_exceeded', message: words }],
    ['openai-completions', { prompt: 'Hi' }, { code: 'context_length_exceeded', message: words }],
    [
      'anthropic-messages',
      { messages, max_tokens: 5 },
      { type: 'invalid_request_error', message: `prompt is too long: ${words}` },
    ],
    ['gemini-generate', { contents }, { status: 'INVALID_ARGUMENT', message: words }],
  ];
  for (const document of said) {
    const baseUrl = await hostileProvider(t, (response) => answerJson(response, 400, JSON.stringify(document)));
    const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { formats: ['openai-chat'] })] });
    for (const [format, body, told] of clients) {
      const { failure, usage } = await ask({ ...body }, { request: { format } });
      assert.deepEqual([failure?.code, failure?.providerStatus], ['context_length_exceeded', 400], format);
      assert.partialDeepStrictEqual(JSON.parse(failure?.providerBody?.toString() ?? '{}').error, told, format);
      assert.equal(usage?.outcome, 'OUTCOME_FAILED');
    }
  }
});

test('a document that repeats the key of the gateway is nobody’s to read', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => answerJson(response, 400, errorOf('Bad key sk-secret')));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { apiKey: 'sk-secret' })] });
  const { failure } = await ask({ messages });
  assert.deepEqual([failure?.code, failure?.providerBody], ['upstream_refused', null]);
  assert.doesNotMatch(JSON.stringify(failure), /sk-secret/);
});

test('an error document that does not come is not waited for', async (t) => {
  const { ask, secondCalls } = await twoProviders(t, (response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    response.write('{"error":');
  });
  const { failure } = await ask({ messages });
  assert.deepEqual([failure, secondCalls()], [undefined, 1]);
});

test('an answer that is compressed although it was not asked to be is read all the same', async (t) => {
  const events = contentEvent('Hello') + finishEvent + usageEvent + doneEvent;
  const baseUrl = await hostileProvider(t, (response, _request, body) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.end(gzipSync(JSON.parse(body).stream === true ? events : wholeAnswer));
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const whole = await ask({ messages });
  assert.deepEqual([whole.text, whole.usage?.estimated], [wholeAnswer, false]);
  const stream = await ask({ messages, stream: true });
  assert.deepEqual([stream.text, stream.failure], [contentEvent('Hello') + finishEvent + doneEvent, undefined]);
});

test('a provider has waits of its own, in place of those of the gateway', async (t) => {
  const silent = await hostileProvider(t, () => undefined);
  const hurried = testProvider('p', silent, { streamHeadTimeoutMs: 50, wholeHeadTimeoutMs: 50 });
  const { ask } = createTestRouter(t, { providers: [hurried], streamHeadTimeoutMs: 600_000 });
  for (const stream of [true, false]) assert.equal((await ask({ messages, stream })).failure?.code, 'upstream_timeout');
});

test('a preset that the catalogue does not have takes its provider out, and says so', async (t) => {
  const { ask, router } = createTestRouter(t, {
    providers: [testProvider('p', 'http://127.0.0.1:1/v1', { preset: 'no-such' })],
  });
  assert.equal((await ask({ messages })).failure?.code, 'upstream_unauthorized');
  assert.match(router.providerHealth()[0]?.reason ?? '', /preset no-such/);
});

test('the key goes where the row of the provider says', async (t) => {
  const seen: unknown[] = [];
  const baseUrl = await hostileProvider(t, (response, { headers }) => {
    seen.push([headers.authorization, headers['x-api-key']]);
    answerJson(response, 200, wholeAnswer);
  });
  const { ask } = createTestRouter(t, {
    providers: [
      testProvider('p', baseUrl),
      testProvider('q', baseUrl, { preset: 'ollama', models: ['n'] }),
      testProvider('r', baseUrl, { kind: 'anthropic', formats: ['openai-chat'], models: ['o'] }),
    ],
  });
  for (const model of ['m', 'n', 'o']) await ask({ model, messages });
  assert.deepEqual(seen, [
    ['Bearer sk-secret', undefined],
    [undefined, undefined],
    [undefined, 'sk-secret'],
  ]);
});

test('a bound of the gateway that is beyond the context is asked for once more, as far as the context goes', async (t) => {
  const words =
    "This model's maximum context length is 1000 tokens. However, you requested 1100 tokens (100 in the messages, 1000 in the completion).";
  const bounds: unknown[] = [];
  const provide = () =>
    hostileProvider(t, (response, _request, body) => {
      const bound = JSON.parse(body).max_completion_tokens;
      bounds.push(bound);
      if (bound > 900) answerJson(response, 400, errorOf(words, 'context_length_exceeded'));
      else answerJson(response, 200, wholeAnswer);
    });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', await provide())] });
  const open = await ask({ messages });
  assert.deepEqual([open.failure, bounds], [undefined, [1_000, 900]]);
  assert.deepEqual(
    open.usage?.attempts.map(({ status, error }) => [status, error]),
    [
      [400, 'context_length_exceeded'],
      [200, ''],
    ],
  );
  const own = await ask({ messages, max_completion_tokens: 1_000 });
  assert.deepEqual([own.failure?.code, own.failure?.providerStatus], ['context_length_exceeded', 400]);
  assert.equal(own.failure?.providerBody?.toString(), errorOf(words, 'context_length_exceeded'));
  assert.equal(own.usage?.attempts.length, 1);
});
