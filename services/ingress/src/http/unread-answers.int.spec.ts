import assert from 'node:assert/strict';
import type { UsageLine } from '#contracts/billing.ts';
import type { CompleteFrame } from '#contracts/router.ts';
import { test } from '#testkit/test.ts';
import {
  API_KEY,
  aborted,
  completionBytes,
  connectTo,
  end,
  head,
  ingressStats,
  model,
  startTestGateway,
  type TestGateway,
  until,
  wholeFrames,
} from '../testing.ts';

/** More than the kernel's buffers of both sides take. */
const LARGE_BYTES = 16 * 1024 * 1024;

/** So much that it crowds the memory for answers, whatever the kernel takes of it. */
const HUGE_BYTES = 64 * 1024 * 1024;

async function* largeFrames(bytes = LARGE_BYTES): AsyncGenerator<CompleteFrame> {
  yield head('application/json');
  yield { kind: 'data', data: Buffer.alloc(bytes, 'x') };
  yield end;
}

const counts = {
  requests: 1,
  usage: { input: 2, cached_input: 3, cache_write: 4, output: 5, reasoning: 6 },
};
/** Makes a document of `GET /v1/usage` that is as large. */
const largeUsage: readonly UsageLine[] = Array.from({ length: 80_000 }, () => ({
  ...{ day: '2026-01-01', model: model.id, ...counts, amountNanoUsd: 1n },
}));
const USAGE = `GET /v1/usage HTTP/1.1\r\nhost: g\r\napi-key: ${API_KEY}\r\n\r\n`;

function post(gateway: TestGateway): Promise<Response> {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}` },
    body: Buffer.from(JSON.stringify({ model: model.id, messages: [{ role: 'user', content: 'hi' }] })),
  });
}

for (const [what, bytes] of [
  ['a completion', completionBytes()],
  ['a list', USAGE],
  ['an error behind a list', `${USAGE}GET /nothing HTTP/1.1\r\nhost: g\r\n\r\n`],
  ['what cannot be read, behind a list', `${USAGE}JUNK\r\n\r\n`],
] as const) {
  test(`${what} that is never read is in flight, held, and given up when nothing moves`, async () => {
    await using gateway = await startTestGateway({
      config: { clientStallTimeoutMs: 300 },
      frames: () => largeFrames(),
      usage: largeUsage,
    });
    using client = await connectTo(gateway, { isReading: false });
    client.socket.write(bytes);
    await until(async () => {
      const stats = await ingressStats(gateway);
      return stats.requests_in_flight >= 2 && stats.answer_bytes_held > 0;
    });
    await until(async () => {
      const stats = await ingressStats(gateway);
      return stats.requests_in_flight === 1 && stats.answer_bytes_held === 0;
    });
    client.socket.resume();
    assert.notEqual(await client.closed, 'end');
    assert.ok(gateway.lines.some(({ msg, error }) => msg === 'request' && error === 'client_gone'));
  });
}

test('an answer that is not read keeps its place among the requests at once', async () => {
  await using gateway = await startTestGateway({
    config: { requestsInFlightMax: 1, clientStallTimeoutMs: 1_000 },
    frames: (request) => (gateway.completed.length === 1 ? largeFrames() : wholeFrames(request)),
  });
  using client = await connectTo(gateway, { isReading: false });
  client.socket.write(completionBytes());
  await until(async () => (await ingressStats(gateway)).answer_bytes_held > 0);
  assert.equal((await post(gateway)).status, 503);
  await until(async () => (await ingressStats(gateway)).requests_in_flight === 1);
  assert.equal((await post(gateway)).status, 200);
});

test('while unread answers crowd the memory all but probes is refused, and a stalled client soon given up', async () => {
  await using gateway = await startTestGateway({
    // The stall time stays a minute.
    config: { answersMaxBytes: HUGE_BYTES },
    frames: (request) => (gateway.completed.length === 1 ? largeFrames(HUGE_BYTES) : wholeFrames(request)),
  });
  using client = await connectTo(gateway, { isReading: false });
  client.socket.write(completionBytes());
  await until(async () => (await ingressStats(gateway)).answer_bytes_held > 0);
  const { status, headers } = await post(gateway);
  assert.deepEqual([status, headers.get('retry-after')], [503, '1']);
  assert.equal((await fetch(`${gateway.url}/health`)).status, 200);
  await until(async () => (await ingressStats(gateway)).answer_bytes_held === 0);
  assert.equal((await post(gateway)).status, 200);
});

test('an answer for which there is no room is refused, and nothing of it is held', async () => {
  await using gateway = await startTestGateway({
    config: { answersMaxBytes: 100_000 },
    frames: () => largeFrames(),
    usage: largeUsage,
  });
  const list = await fetch(`${gateway.url}/v1/usage`, { headers: { 'api-key': API_KEY } });
  for (const response of [list, await post(gateway)]) {
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '1');
    assert.partialDeepStrictEqual(await response.json(), { error: { code: 'unavailable' } });
  }
  assert.equal((await ingressStats(gateway)).answer_bytes_held, 0);
});

test('a drain does not wait for a client that never reads beyond its time', async () => {
  await using gateway = await startTestGateway({ config: { drainTimeoutMs: 50 }, frames: () => largeFrames() });
  using client = await connectTo(gateway, { isReading: false });
  client.socket.write(completionBytes());
  await until(async () => (await ingressStats(gateway)).answer_bytes_held > 0);
  const startedAtMs = performance.now();
  await gateway.ingress.drain();
  // The stall time is a minute.
  assert.ok(performance.now() - startedAtMs < 20_000);
});

test('as many requests as clients send ahead are answered, and a flood of them is cut off', async () => {
  await using gateway = await startTestGateway();
  const health = 'GET /health HTTP/1.1\r\nhost: g\r\n\r\n';
  using polite = await connectTo(gateway);
  polite.socket.write(health.repeat(20));
  await until(() => polite.received().match(/"status":"ok"/g)?.length === 20);
  using flood = await connectTo(gateway);
  flood.socket.write(health.repeat(2_000));
  await flood.closed;
  assert.equal((await ingressStats(gateway)).requests_in_flight, 1);
});

test('a request that waits in line behind another notices that its client has left', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  await using gateway = await startTestGateway({
    async *frames(_request, signal) {
      if (gateway.completed.length === 2) begin();
      await aborted(signal);
      yield end;
    },
  });
  using client = await connectTo(gateway);
  client.socket.write(completionBytes().repeat(2));
  await begun;
  client.socket.resetAndDestroy();
  for (const { signal } of gateway.completed) await aborted(signal);
});
