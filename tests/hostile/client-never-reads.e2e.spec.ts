import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { installStandalone } from '../e2e/support/standalone.ts';
import { until } from '../e2e/support/until.ts';
import { completionRequest, rawClient } from './support/raw-client.ts';

/** Long enough for a loaded machine to read on, short enough to wait for. */
const STALL_TIMEOUT_MS = 3_000;

const installation = await installStandalone({
  environment: { GATEWAY_CLIENT_STALL_TIMEOUT_MS: String(STALL_TIMEOUT_MS), GATEWAY_DRAIN_TIMEOUT_MS: '1000' },
});
afterAll(() => installation[Symbol.asyncDispose]());
const { apiKey, balance } = await installation.customer();

/** An answer of some 16 MB: more than the kernel's buffers of both sides take. */
const large = (stream: boolean) => ({
  model: 'gpt-4o-mini',
  stream,
  n: 3,
  max_tokens: 4_000,
  logprobs: true,
  top_logprobs: 20,
  messages: [{ role: 'user', content: scripted({ chunks: 4_000 }) }],
});

interface IngressStats {
  readonly requests_in_flight: number;
  readonly answer_bytes_held: number;
}

async function ingress(): Promise<IngressStats> {
  const { document } = await installation.admin.call<{ ingress: IngressStats }>('GET', '/health/stats');
  return document.ingress;
}

/** The request that asks for the figures is itself in flight. */
async function nothingHeld(): Promise<void> {
  await until('nothing to be in flight or held', async () => {
    const stats = await ingress();
    return (stats.requests_in_flight === 1 && stats.answer_bytes_held === 0) || undefined;
  });
}

for (const stream of [false, true]) {
  const what = stream ? 'streams' : 'whole answers';
  test(`clients that never read ${what} are in flight while they are held, and given up when nothing moves`, async () => {
    const clients = await Promise.all(
      Array.from({ length: 2 }, () => rawClient(installation.gateway().url, { isReading: false })),
    );
    for (const { socket } of clients) socket.write(completionRequest(apiKey, large(stream)));
    await until('their answers to be held', async () => {
      const stats = await ingress();
      return (stats.requests_in_flight === 3 && stats.answer_bytes_held > 0) || undefined;
    });
    await nothingHeld();
    for (const client of clients) {
      client.socket.resume();
      assert.ok(await client.isClosedWithin(10_000));
      client[Symbol.dispose]();
    }
    await installation.settled();
    assert.equal((await balance()).held, 0n);
  });
}

test('a client that reads slowly, for longer than the stall time, gets its answer whole', async () => {
  using client = await rawClient(installation.gateway().url, { isReading: false });
  const startedAtMs = performance.now();
  client.socket.write(completionRequest(apiKey, large(false)));
  let text = '';
  for await (const bytes of client.socket) {
    text += (bytes as Buffer).toString('latin1');
    if (/\}\r\n0\r\n\r\n$/.test(text.slice(-20)) || isWhole(text)) break;
    // Some 64 KiB each: the whole answer takes longer than the stall time.
    await pause(20);
  }
  assert.ok(performance.now() - startedAtMs > STALL_TIMEOUT_MS, 'the client was too fast to show anything');
  assert.match(text, /^HTTP\/1\.1 200 /);
});

test('10,000 pipelined requests that nobody reads the answers of are cut off, and the gateway goes on', async () => {
  using client = await rawClient(installation.gateway().url, { isReading: false });
  client.socket.write('GET /metrics HTTP/1.1\r\nhost: g\r\n\r\n'.repeat(10_000));
  client.socket.resume();
  assert.ok(await client.isClosedWithin(20_000));
  await nothingHeld();
});

test('a stop does not wait for a client that never reads', async () => {
  using client = await rawClient(installation.gateway().url, { isReading: false });
  client.socket.write(completionRequest(apiKey, large(false)));
  await until('the answer to be held', async () => (await ingress()).answer_bytes_held > 0 || undefined);
  const startedAtMs = performance.now();
  await installation.stop();
  // 1 s for running answers and some for the rest of the gateway; far below what a client may hold on to otherwise.
  assert.ok(performance.now() - startedAtMs < 20_000);
});

/** Where an answer came with its length: whether all of it is there. */
function isWhole(text: string): boolean {
  const headEnd = text.indexOf('\r\n\r\n');
  const length = /^content-length: (\d+)\r$/im.exec(text.slice(0, Math.max(0, headEnd)))?.[1];
  return length !== undefined && text.length >= headEnd + 4 + Number(length);
}
