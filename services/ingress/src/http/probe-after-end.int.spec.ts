import assert from 'node:assert/strict';
import OpenAI from 'openai';
import type { CompleteFrame } from '#contracts/router.ts';
import { test } from '#testkit/test.ts';
import {
  API_KEY,
  aborted,
  chunk,
  completionBytes,
  connectTo,
  done,
  end,
  head,
  model,
  startTestGateway,
  until,
  wholeFrames,
} from '../testing.ts';

/** A gateway whose provider answers when the test says so, or when the client has left. */
async function waitingGateway(isStream: boolean) {
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const gateway = await startTestGateway({
    async *frames(request, signal): AsyncGenerator<CompleteFrame> {
      if (isStream) yield* [head('text/event-stream'), chunk('Hel')];
      await Promise.race([answered, aborted(signal)]);
      if (isStream) yield* [chunk('lo'), done, end];
      else yield* wholeFrames(request);
    },
  });
  return { gateway, answer, begun: () => until(() => gateway.completed.length === 1) };
}

test('a client that ends its side is probed, and gets its document', async () => {
  const { gateway, answer, begun } = await waitingGateway(false);
  await using _closing = gateway;
  using client = await connectTo(gateway);
  client.socket.end(completionBytes());
  await begun();
  await until(() => client.received() === 'HTTP/1.1 100 Continue\r\n\r\n');
  answer();
  assert.equal(await client.closed, 'end');
  assert.match(client.received(), /HTTP\/1\.1 200 OK.*"content":"Hello"/s);
  assert.equal(gateway.completed[0]?.signal.aborted, false);
});

test('a client that ends its side under a stream gets a comment, and the rest', async () => {
  const { gateway, answer } = await waitingGateway(true);
  await using _closing = gateway;
  using client = await connectTo(gateway);
  client.socket.write(completionBytes({ stream: true }));
  await until(() => client.received().includes('"Hel"'));
  client.socket.end();
  await until(() => client.received().includes('\r\n: \n\n\r\n'));
  answer();
  assert.equal(await client.closed, 'end');
  assert.match(client.received(), /data: \[DONE\]\n\n\r\n0\r\n\r\n$/);
});

test('a client of HTTP/1.0 is told nothing before its answer', async () => {
  const { gateway, answer, begun } = await waitingGateway(false);
  await using _closing = gateway;
  using client = await connectTo(gateway);
  client.socket.end(completionBytes({}, '1.0'));
  await begun();
  answer();
  assert.equal(await client.closed, 'end');
  assert.match(client.received(), /^HTTP\/1\.1 200 OK.*"content":"Hello"/s);
});

for (const stream of [false, true]) {
  test(`a client that closes its connection before ${stream ? 'the rest of a stream' : 'a document'} is noticed`, async () => {
    const { gateway, begun } = await waitingGateway(stream);
    await using _closing = gateway;
    using client = await connectTo(gateway);
    client.socket.write(completionBytes({ stream }));
    await begun();
    if (stream) await until(() => client.received().includes('"Hel"'));
    // No reset: as far as the gateway can see, the client only sends no more.
    client.socket.destroy();
    assert.ok(gateway.completed[0]);
    await aborted(gateway.completed[0].signal);
  });

  test(`the official SDK’s abort of ${stream ? 'a stream' : 'a document'} is noticed`, async () => {
    const { gateway, begun } = await waitingGateway(stream);
    await using _closing = gateway;
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: API_KEY, maxRetries: 0 });
    const controller = new AbortController();
    const messages = [{ role: 'user' as const, content: 'hi' }];
    const asked = client.chat.completions.create({ model: model.id, messages, stream }, { signal: controller.signal });
    const ended = asked.then(
      () => undefined,
      () => undefined,
    );
    await begun();
    if (stream) await asked;
    controller.abort();
    await ended;
    assert.ok(gateway.completed[0]);
    await aborted(gateway.completed[0].signal);
  });
}

test('an idle connection whose client ends its side is closed', async () => {
  await using gateway = await startTestGateway();
  using client = await connectTo(gateway);
  client.socket.write('GET /health HTTP/1.1\r\nhost: g\r\n\r\n');
  await until(() => /"status":"ok".*\}$/.test(client.received()));
  client.socket.end();
  assert.equal(await client.closed, 'end');
});
