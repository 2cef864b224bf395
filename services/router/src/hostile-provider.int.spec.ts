import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from '#testkit/test.ts';
import {
  admit,
  contentEvent,
  createTestRouter,
  doneEvent,
  finishEvent,
  hostileProvider,
  testProvider,
  usageEvent,
  wholeAnswer,
} from './testing.ts';

/** Writes the same bytes again and again, as fast as they are taken. Ends when the other side goes away. */
async function writeAll(response: ServerResponse, bytes: Buffer, times: number, progress = { writtenBytes: 0 }) {
  for (let i = 0; i < times && !response.destroyed; i += 1) {
    progress.writtenBytes += bytes.length;
    await new Promise((resolve) => response.write(bytes, resolve));
  }
}

const messages = [{ role: 'user', content: 'Hi' }];
const sse = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });

test('garbage in place of an answer is an error, for whole answers and streams', async (t) => {
  for (const garbage of ['<html>', '', '[]', 'null', '{"object":"list"}', '\u0000\u0001']) {
    const baseUrl = await hostileProvider(t, (response) => response.end(garbage));
    const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
    for (const stream of [false, true]) {
      const { failure, usage, text } = await ask({ messages, stream });
      assert.deepEqual([failure?.code, text], ['upstream_invalid_response', ''], garbage);
      assert.deepEqual([usage?.outcome, usage?.attempts.length], ['OUTCOME_FAILED', 2]);
    }
  }
});

test('an error in place of an answer is one of the provider, whatever status it has', async (t) => {
  const nos: readonly [string, string, number][] = [
    ['{"error":{"message":"x"}}', 'upstream_error', 2],
    ['{"error":{"message":"slow down","code":"rate_limit_exceeded"}}', 'upstream_rate_limited', 2],
    ['{"error":{"message":"no","type":"invalid_request_error"}}', 'upstream_refused', 1],
    ['{"error":{"message":"no","code":"context_length_exceeded"}}', 'context_length_exceeded', 1],
    ['{"choices":[],"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}', 'upstream_unauthorized', 1],
  ];
  for (const [document, code, attempts] of nos) {
    for (const stream of [false, true]) {
      const text = stream ? `data: ${document}\n\n` : document;
      const baseUrl = await hostileProvider(t, (response) => response.end(text));
      const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
      const asked = await ask({ messages, stream });
      assert.deepEqual([asked.failure?.code, asked.failure?.providerBody, asked.text], [code, null, ''], text);
      assert.equal(asked.failure?.message === 'no', attempts === 1 && code !== 'upstream_unauthorized', text);
      assert.deepEqual([asked.usage?.outcome, asked.usage?.attempts.length], ['OUTCOME_FAILED', attempts], text);
      assert.deepEqual(asked.usage?.houseLosses, [], text);
    }
  }
});

test('a stream in single bytes, CRLF and UTF-8 comes out as it went in', async (t) => {
  const stream = (contentEvent('Grüße 👋') + finishEvent + usageEvent + doneEvent).replaceAll('\n', '\r\n');
  const baseUrl = await hostileProvider(t, async (response) => {
    sse(response);
    response.socket?.setNoDelay(true);
    for (const byte of Buffer.from(stream)) {
      response.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    response.end();
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { text, usage, failure } = await ask({ messages, stream: true });
  assert.equal(failure, undefined);
  assert.equal(text, stream.replace(usageEvent.replaceAll('\n', '\r\n'), ''));
  assert.deepEqual([usage?.usage.input, usage?.estimated], [7, false]);
});

test('a stream cut inside a character passes whole events only, and fails', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => {
    sse(response);
    const bytes = Buffer.from(contentEvent('one') + contentEvent('👋'));
    response.write(bytes.subarray(0, bytes.indexOf('👋') + 2), () => response.destroy());
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { text, failure, usage } = await ask({ messages, stream: true });
  assert.deepEqual([text, failure?.code, usage?.outcome], [contentEvent('one'), 'upstream_cut', 'OUTCOME_CUT']);
  assert.deepEqual([usage?.estimated, usage?.usage.output], [true, 1]);
});

test('a connection that breaks before the first event is tried again, unseen by the client', async (t) => {
  const baseUrl = await hostileProvider(t, (response, _request, _body, call) => {
    sse(response);
    if (call === 1) response.write(': hello\n\n', () => response.destroy());
    else response.end(contentEvent('two') + doneEvent);
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { text, usage } = await ask({ messages, stream: true });
  assert.equal(text, contentEvent('two') + doneEvent);
  assert.deepEqual(
    usage?.attempts.map(({ error }) => error),
    ['upstream_cut', ''],
  );
});

test('a refused connection fails as upstream error, with every attempt on record', async (t) => {
  const { ask } = createTestRouter(t, { providers: [testProvider('p', 'http://127.0.0.1:1/v1')] });
  const { failure, usage } = await ask({ messages });
  assert.deepEqual([failure?.code, failure?.providerStatus], ['upstream_error', 0]);
  assert.deepEqual(
    usage?.attempts.map(({ status, error }) => [status, error]),
    [
      [0, 'upstream_error'],
      [0, 'upstream_error'],
    ],
  );
});

test('a provider that never begins to answer times out, and is not waited for twice', async (t) => {
  const baseUrl = await hostileProvider(t, () => {});
  const { ask } = createTestRouter(t, {
    providers: [testProvider('p', baseUrl)],
    wholeHeadTimeoutMs: 50,
    streamHeadTimeoutMs: 50,
  });
  for (const stream of [false, true]) {
    const { failure, usage } = await ask({ messages, stream });
    assert.deepEqual([failure?.code, usage?.attempts.length], ['upstream_timeout', 1]);
  }
});

test('a provider that falls silent in the middle is cut off, and the answer fails', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => void sse(response).write(contentEvent('one')));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], idleTimeoutMs: 300 });
  const { failure, usage, text } = await ask({ messages, stream: true });
  assert.deepEqual([failure?.code, usage?.outcome, text], ['upstream_timeout', 'OUTCOME_CUT', contentEvent('one')]);
});

test('a request that takes too long as a whole ends, however lively the provider is', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => {
    sse(response);
    const timer = setInterval(() => response.write(contentEvent('tick')), 5);
    response.once('close', () => clearInterval(timer));
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], requestTimeoutMs: 1_000 });
  const { failure, usage } = await ask({ messages, stream: true });
  assert.deepEqual([failure?.code, usage?.outcome], ['upstream_timeout', 'OUTCOME_CUT']);
});

test("a refusal of the gateway's own key is not the client's to read", async (t) => {
  for (const status of [401, 402, 403]) {
    const baseUrl = await hostileProvider(t, (response) =>
      response.writeHead(status).end('{"error":{"message":"Incorrect API key provided: sk-secret"}}'),
    );
    const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
    const { failure } = await ask({ messages });
    assert.deepEqual([failure?.code, failure?.providerBody], ['upstream_unauthorized', null]);
    assert.ok(!JSON.stringify(failure).includes('sk-secret'));
  }
});

test('a refusal that names the key is passed on without its document', async (t) => {
  const baseUrl = await hostileProvider(t, (response) =>
    response.writeHead(400).end('{"error":{"message":"sk-secret is odd"}}'),
  );
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { failure } = await ask({ messages });
  assert.deepEqual([failure?.code, failure?.providerStatus, failure?.providerBody], ['upstream_refused', 400, null]);
});

test('a redirect is not followed', async (t) => {
  const baseUrl = await hostileProvider(t, (response) =>
    response.writeHead(307, { location: 'http://127.0.0.1:1' }).end(),
  );
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  assert.equal((await ask({ messages })).failure?.code, 'upstream_invalid_response');
});

test('an answer beyond the bound is given up instead of kept', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => writeAll(response, Buffer.alloc(1024 * 1024, 0x20), 40));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { usage, failure } = await ask({ messages });
  assert.equal(failure?.code, 'upstream_invalid_response');
  assert.equal(usage?.attempts[0]?.error, 'upstream_invalid_response');
});

test('nonsense for a usage is not believed: it is estimated', async (t) => {
  for (const prompt_tokens of [-5, 1.5, 1e12, 'seven']) {
    const answer = { ...JSON.parse(wholeAnswer), usage: { prompt_tokens, completion_tokens: 2 } };
    const baseUrl = await hostileProvider(t, (response) => response.end(JSON.stringify(answer)));
    const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
    const { usage, failure } = await ask({ messages });
    assert.deepEqual([failure, usage?.estimated, usage?.usage.output], [undefined, true, 2]);
  }
});

test('an answer of which the provider says that it used nothing is estimated, and not free', async (t) => {
  const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  const whole = JSON.stringify({ ...JSON.parse(wholeAnswer), usage });
  const streamed = `${contentEvent('Hello there')}data: ${JSON.stringify({ choices: [], usage })}\n\n${doneEvent}`;
  for (const stream of [false, true]) {
    const baseUrl = await hostileProvider(t, (response) => response.end(stream ? streamed : whole));
    const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
    const asked = await ask({ messages, stream });
    assert.deepEqual([asked.failure, asked.usage?.estimated, asked.usage?.usage.output], [undefined, true, 2]);
  }
});

test('a provider that does not end its stream after [DONE] does not keep the client waiting', async (t) => {
  const baseUrl = await hostileProvider(
    t,
    (response) => void sse(response).write(contentEvent('a') + usageEvent + doneEvent),
  );
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  assert.equal((await ask({ messages, stream: true })).failure, undefined);
});

test('the key, the request id and the bytes of the client reach the provider', async (t) => {
  let seen: unknown[] = [];
  const baseUrl = await hostileProvider(t, (response, request, body) => {
    const { authorization, 'x-request-id': requestId } = request.headers;
    seen = [request.url, authorization, requestId, body];
    response.end(wholeAnswer);
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', `${baseUrl}/`)] });
  const asked = await ask({ messages, max_completion_tokens: 3, x_unknown: [1] });
  const body = JSON.stringify({ model: 'm', messages, max_completion_tokens: 3, x_unknown: [1] });
  assert.deepEqual(seen, ['/v1/chat/completions', 'Bearer sk-secret', asked.requestId, body]);
  assert.equal(asked.text, wholeAnswer);
});

test('a reader that waits makes the provider wait instead of filling memory, and then gets every byte', async (t) => {
  const event = Buffer.from(contentEvent('x'.repeat(64 * 1024)));
  // Far more than the sockets' own buffers on any system.
  const events = 1_000;
  const progress = { writtenBytes: 0 };
  const baseUrl = await hostileProvider(t, async (response) => {
    sse(response);
    await writeAll(response, event, events, progress);
    response.end(doneEvent);
  });
  const { journal, router, models } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const request = await admit(journal, models, { model: 'm', messages, stream: true });
  const frames = router.complete(request, new AbortController().signal)[Symbol.asyncIterator]();
  await frames.next();
  for (let before = -1; before !== progress.writtenBytes; await pause(50)) before = progress.writtenBytes;
  assert.ok(progress.writtenBytes < (event.length * events) / 2, `${progress.writtenBytes} bytes were taken unread`);
  let readBytes = 0;
  for (let next = await frames.next(); !next.done; next = await frames.next()) {
    if (next.value.kind === 'data') readBytes += next.value.data.length;
  }
  assert.equal(readBytes, event.length * events + doneEvent.length);
});

test('a server that is no HTTP server is an upstream error', async (t) => {
  const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.defer(() => server.close());
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  const { ask } = createTestRouter(t, { providers: [testProvider('p', `http://127.0.0.1:${address.port}`)] });
  assert.equal((await ask({ messages })).failure?.code, 'upstream_error');
});
