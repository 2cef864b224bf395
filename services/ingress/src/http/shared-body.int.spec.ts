import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { test } from '#testkit/test.ts';
import { completionBytes, connectTo, ingressStats, startTestGateway, until } from '../testing.ts';
import { createAnswerBudget } from './answer-budget.ts';
import { openExchange } from './exchange.ts';
import { answerShared, sharedBody } from './shared-body.ts';

const BUNDLE = '/docs/swagger-ui-bundle.js';
const MEBIBYTE = 1024 * 1024;

test('two hundred requests for a large file that nobody reads leave room for completions', async () => {
  await using gateway = await startTestGateway();
  await using stack = new AsyncDisposableStack();
  for (let count = 0; count < 8; count += 1) {
    const client = stack.use(await connectTo(gateway, { isReading: false }));
    client.socket.write(`GET ${BUNDLE} HTTP/1.1\r\nhost: g\r\n\r\n`.repeat(25));
  }
  await until(async () => (await ingressStats(gateway)).requests_in_flight > 150);
  // Several, since files that are read anew for each request come late.
  for (let count = 0; count < 20; count += 1) {
    using customer = await connectTo(gateway);
    customer.socket.write(completionBytes());
    await until(() => customer.received().includes('\r\n\r\n'));
    assert.match(customer.received(), /^HTTP\/1\.1 200 /);
  }
  assert.ok((await ingressStats(gateway)).answer_bytes_held < MEBIBYTE);
});

test('who takes gzip gets the same bytes in less', async () => {
  await using gateway = await startTestGateway();
  for (const path of [BUNDLE, '/docs', '/openapi.json']) {
    const url = `${gateway.url}${path}`;
    const plain = await fetch(url, { headers: { 'accept-encoding': 'gzip;q=0, br' } });
    assert.equal(plain.headers.get('content-encoding'), null);
    assert.equal(plain.headers.get('vary'), 'accept-encoding');
    using client = await connectTo(gateway);
    client.socket.write(
      `GET ${path} HTTP/1.1\r\nhost: g\r\naccept-encoding: br, gzip;q=0.5\r\nconnection: close\r\n\r\n`,
    );
    await client.closed;
    const [head = ''] = client.received().split('\r\n\r\n', 1);
    assert.match(head, /content-encoding: gzip/);
    const body = Buffer.from(client.received().slice(head.length + 4), 'latin1');
    assert.equal(gunzipSync(body).toString(), await plain.text());
  }
});

test('a client that is slow beyond the bound loses its connection, one that reads a little as well', async (context) => {
  const body = sharedBody(() => Buffer.alloc(64 * MEBIBYTE, 'x'));
  const server = createServer((request, response) => {
    const exchange = openExchange(request, response, createAnswerBudget(MEBIBYTE));
    void body().then((made) => answerShared(exchange, made, {}, 500));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.defer(() => server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  context.defer(() => socket.destroy());
  socket.pause();
  const closed = new Promise<string>((resolve) => {
    socket.once('error', ({ message }) => resolve(message));
    socket.once('end', () => resolve('end'));
  });
  const timer = setInterval(() => socket.read(16_000), 50);
  context.defer(() => clearInterval(timer));
  socket.on('readable', () => undefined);
  socket.write('GET / HTTP/1.1\r\nhost: g\r\n\r\n');
  assert.match(await closed, /ECONNRESET/);
});

test('a body is made once, and again where that failed', async () => {
  let calls = 0;
  const body = sharedBody(() => {
    calls += 1;
    if (calls === 1) throw new Error('the disk is away');
    return 'text';
  });
  await assert.rejects(body(), /the disk is away/);
  const [first, second] = await Promise.all([body(), body()]);
  assert.equal(first, second);
  assert.equal(calls, 2);
});
