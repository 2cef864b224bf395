import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { installWithBytes } from './support/byte-installation.ts';
import { completionRequest, rawClient } from './support/raw-client.ts';

const installed = await installWithBytes();
const { provider, installation } = installed;
afterAll(() => installed[Symbol.asyncDispose]());

/** The wait that the client is told, in seconds, where a provider that limits the rate sends these headers. */
async function toldAfter(...headers: readonly string[]): Promise<number> {
  provider.answer = (socket) => {
    const lines = ['HTTP/1.1 429 Too Many Requests', 'content-length: 0', 'connection: close', ...headers];
    socket.end(`${lines.join('\r\n')}\r\n\r\n`);
  };
  const { apiKey } = await installation.customer();
  using client = await rawClient(installation.gateway().url);
  client.socket.write(completionRequest(apiKey, { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] }));
  const answer = await client.receives(/upstream_rate_limited/);
  const told = /^retry-after: (.*)\r$/im.exec(answer)?.[1] ?? '';
  assert.match(told, /^\d{1,4}$/);
  const toldMs = Number(/^retry-after-ms: (\d+)\r$/im.exec(answer)?.[1] ?? Number(told) * 1_000);
  assert.ok(toldMs <= Number(told) * 1_000);
  return Number(told);
}

const HOUR_S = 3_600;

test('a provider’s Retry-After reaches the client as it is, but never above an hour', async () => {
  assert.equal(await toldAfter('retry-after: 30'), 30);
  for (const value of ['99999999999', '9'.repeat(400), 'Sat, 28 Nov 2199 08:00:00 GMT']) {
    assert.equal(await toldAfter(`retry-after: ${value}`), HOUR_S, value);
  }
  assert.equal(await toldAfter(`retry-after-ms: ${'9'.repeat(400)}`), HOUR_S);
});

test('nonsense in its place is told as a second', async () => {
  for (const value of ['-5', 'NaN', 'Infinity', '1e99', 'soon']) {
    assert.equal(await toldAfter(`retry-after: ${value}`, `retry-after-ms: ${value}`), 1, value);
  }
});
