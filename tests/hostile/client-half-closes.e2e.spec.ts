import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { installStandalone } from '../e2e/support/standalone.ts';
import { completionRequest, rawClient } from './support/raw-client.ts';

const installation = await installStandalone();
afterAll(() => installation[Symbol.asyncDispose]());
const { apiKey, balance } = await installation.customer();

const asked = (stream: boolean, script = {}) => ({
  model: 'gpt-4o-mini',
  stream,
  messages: [{ role: 'user', content: scripted(script) }],
});

/** What a client gets that ends its side right after its request, up to the end of the gateway's side. */
async function answerAfterHalfClose(request: string): Promise<string> {
  using client = await rawClient(installation.gateway().url);
  client.socket.end(request);
  assert.ok(await client.isClosedWithin(20_000), 'the connection was left open');
  return client.received();
}

// The provider takes its time, so that the end of the client's side comes long before the answer.
for (const latencyMs of [0, 500]) {
  test(`a client that half-closes gets its whole answer, ${latencyMs} ms later`, async () => {
    const answer = await answerAfterHalfClose(completionRequest(apiKey, asked(false, { latencyMs })));
    assert.match(answer, /^(HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 200 /);
    assert.match(answer, /"content":"Hello from the simulator/);
  });
}

test('a client that half-closes gets its whole stream', async () => {
  const request = completionRequest(apiKey, asked(true, { chunks: 20, chunkDelayMs: 20, latencyMs: 200 }));
  const answer = await answerAfterHalfClose(request);
  assert.match(answer, /HTTP\/1\.1 200 /);
  assert.match(answer, /data: \[DONE\]\n\n\r\n0\r\n\r\n$/);
});

test('a client of HTTP/1.0 that half-closes is told nothing in between', async () => {
  const request = completionRequest(apiKey, asked(false, { latencyMs: 300 })).replace('HTTP/1.1', 'HTTP/1.0');
  const answer = await answerAfterHalfClose(request);
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /"content":"Hello from the simulator/);
});

test('a client that half-closes gets errors and lists as well', async () => {
  const error = await answerAfterHalfClose(completionRequest(apiKey, { model: 'gpt-4o-mini' }));
  assert.match(error, /^HTTP\/1\.1 400 .*"param":"messages"/s);
  const list = await answerAfterHalfClose(`GET /v1/models HTTP/1.1\r\nhost: g\r\napi-key: ${apiKey}\r\n\r\n`);
  assert.match(list, /^HTTP\/1\.1 200 .*"object":"list"/s);
});

test('what half-closed clients got is charged, and nothing stays held', async () => {
  await installation.settled();
  const { charged, held } = await balance();
  assert.ok(charged > 0n);
  assert.equal(held, 0n);
});
