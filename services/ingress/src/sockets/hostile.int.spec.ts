import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, test } from '#testkit/test.ts';
import { API_KEY, startTestGateway, type TestGateway } from '../testing.ts';
import { create, isLast, openTestSocket, responseFrames } from './testing.ts';

const frames = () => responseFrames();
const KEY = 'AAAAAAAAAAAAAAAAAAAAAA==';

/** A connection of bytes, with the handshake sent. */
async function rawSocket(gateway: TestGateway, headers: Record<string, string> = {}): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const all = {
    host: hostname,
    authorization: `Bearer ${API_KEY}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': KEY,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.write(`GET /v1/responses HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  return socket;
}

async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

/** A masked frame of a client's; the mask is of zeros. */
function frameOf(opcode: number, payload: Buffer, { isLast: fin = true } = {}): Buffer {
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, ...length, 0, 0, 0, 0]), payload]);
}

const bytesHeld = async (gateway: TestGateway): Promise<string> => {
  const { ingress } = (await (await fetch(`${gateway.url}/health/stats`)).json()) as {
    ingress: { body_bytes_held: number; sockets_open: number };
  };
  return `${ingress.body_bytes_held},${ingress.sockets_open}`;
};

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a handshake that is none', () => {
  for (const [name, headers] of [
    ['an old version', { 'sec-websocket-version': '8' }],
    ['a short key', { 'sec-websocket-key': 'AAAA' }],
  ] as const) {
    test(`${name}: 400, with an id and OpenAI's document, and the connection ends`, async () => {
      await using gateway = await startTestGateway({ frames });
      const answer = await answerOf(await rawSocket(gateway, headers));
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.match(answer, /x-request-id: [0-9a-f-]{36}/);
      assert.match(answer, /"code":"invalid_request"/);
    });
  }

  test('another protocol is passed over, and the request answered', async () => {
    await using gateway = await startTestGateway({ frames });
    const socket = await rawSocket(gateway, { upgrade: 'h2c', connection: 'Upgrade, close' });
    assert.match(await answerOf(socket), /^HTTP\/1\.1 405 /);
  });
});

test('bytes that are no frames close the connection, and nothing else', async () => {
  await using gateway = await startTestGateway({ frames });
  const other = await openTestSocket(gateway);
  for (const junk of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(64, 0xff), frameOf(3, Buffer.from('x'))]) {
    const socket = await rawSocket(gateway);
    await once(socket, 'data');
    socket.end(junk);
    await answerOf(socket);
  }
  other.send(create('Hi'));
  assert.equal((await other.next(isLast)).type, 'response.completed');
});

test('a message larger than a body may be is refused with 1009, and leaves no bytes', async () => {
  await using gateway = await startTestGateway({ frames, config: { bodyMaxBytes: 100_000 } });
  const { send, closed } = await openTestSocket(gateway);
  send(create('x'.repeat(200_000)));
  assert.equal((await closed)[0], 1009);
  await until(async () => (await bytesHeld(gateway)) === '0,0');
});

test('a message in many fragments is one, with pings in between; too many fragments are refused', async () => {
  await using gateway = await startTestGateway({ frames });
  const socket = await rawSocket(gateway);
  await once(socket, 'data');
  const text = Buffer.from(JSON.stringify(create('Hi')));
  for (const [at, byte] of text.entries()) {
    socket.write(frameOf(at === 0 ? 1 : 0, Buffer.from([byte]), { isLast: at === text.length - 1 }));
    if (at % 10 === 0) socket.write(frameOf(9, Buffer.from('ping')));
  }
  await until(() => gateway.admitted.length === 1);
  socket.write(frameOf(1, Buffer.from('{'), { isLast: false }));
  for (let at = 0; at < 20_000; at += 1) socket.write(frameOf(0, Buffer.from(' '), { isLast: false }));
  await once(socket, 'close');
  await until(async () => (await bytesHeld(gateway)) === '0,0');
});

test('a message that does not come to its end is counted, and does not hold its connection for ever', async () => {
  await using gateway = await startTestGateway({ frames, config: { bodyTimeoutMs: 100 } });
  const socket = await rawSocket(gateway);
  await once(socket, 'data');
  const begun = frameOf(1, Buffer.alloc(60_000, 0x20)).subarray(0, 50_000);
  socket.write(begun);
  await until(async () => (await bytesHeld(gateway)) === `${begun.length},1`);
  await once(socket, 'close');
  await until(async () => (await bytesHeld(gateway)) === '0,0');
});

test('messages on their way do not fill more memory than bodies may', async () => {
  await using gateway = await startTestGateway({ frames, config: { bodiesMaxBytes: 100_000, bodyMaxBytes: 90_000 } });
  const sockets = [await rawSocket(gateway), await rawSocket(gateway)];
  for (const socket of sockets) {
    await once(socket, 'data');
    socket.write(frameOf(1, Buffer.alloc(65_000, 0x20)).subarray(0, 60_000));
  }
  const closed = await Promise.race(sockets.map((socket) => once(socket, 'end').then(() => 'ended')));
  assert.equal(closed, 'ended');
  for (const socket of sockets) socket.destroy();
  await until(async () => (await bytesHeld(gateway)) === '0,0');
});

test('a client that reads nothing stops its provider, and loses its connection', async () => {
  let given = 0;
  let givenWhenLeft = 0;
  await using gateway = await startTestGateway({
    config: { clientStallTimeoutMs: 400 },
    async *frames(_request, signal) {
      signal.addEventListener('abort', () => {
        givenWhenLeft = given;
      });
      const [head, created] = await Array.fromAsync(responseFrames());
      if (head !== undefined && created !== undefined) yield* [head, created];
      const delta = `data: ${JSON.stringify({ type: 'response.output_text.delta', delta: 'x'.repeat(50_000) })}\n\n`;
      for (; given < 2_000; given += 1) yield { kind: 'data', data: Buffer.from(delta) };
    },
  });
  const { ws, send, closed } = await openTestSocket(gateway);
  ws.pause();
  send(create('Hi'));
  await until(() => given > 0);
  await until(async () => (await bytesHeld(gateway)) === '0,0');
  assert.ok(
    givenWhenLeft > 0 && givenWhenLeft < 2_000,
    'the provider was not read on while nobody took it, until the client was gone',
  );
  ws.terminate();
  await closed;
});

test('a client that says nothing but junk is let go', async () => {
  await using gateway = await startTestGateway({ frames });
  const { ws, closed } = await openTestSocket(gateway);
  for (let at = 0; at < 200; at += 1) ws.send('junk');
  assert.equal((await closed)[0], 1008);
});

test('a client that closes its side has its running response, or is gone: nothing stays open', async () => {
  await using gateway = await startTestGateway({ frames });
  const socket = await rawSocket(gateway);
  await once(socket, 'data');
  socket.write(frameOf(1, Buffer.from(JSON.stringify(create('Hi')))));
  socket.end();
  await once(socket, 'close');
  await until(async () => (await bytesHeld(gateway)) === '0,0');
  assert.equal(gateway.framesLeft(), 0);
});
