import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type Scope, test } from '#testkit/test.ts';
import { createTestRouter, hostileProvider, testProvider, wholeAnswer } from '../testing.ts';
import { ask, type Ended, endOf, httpProvider, tcpServer } from './testing.ts';

/** A provider that answers every request with the same bytes, and then leaves the connection open. */
function answering(test: Scope, bytes: string | ((socket: Socket) => void)): Promise<number> {
  return tcpServer(test, (socket) => {
    socket.on('data', () => (typeof bytes === 'string' ? socket.write(bytes) : bytes(socket)));
  });
}

async function endOfAnswer(test: Scope, bytes: string | ((socket: Socket) => void)): Promise<Ended> {
  const port = await answering(test, bytes);
  const waits = { wholeHeadTimeoutMs: 2_000, idleTimeoutMs: 1_000 };
  return endOf(ask(httpProvider(test, `http://127.0.0.1:${port}/v1`, { waits })));
}

const OK = 'HTTP/1.1 200 OK\r\n';

test('heads that no HTTP server sends end as a clean fault', async (t) => {
  for (const [what, bytes] of [
    ['a value with a null', `${OK}x-a: a\0b\r\ncontent-length: 2\r\n\r\nhi`],
    ['a name with a blank', `${OK}x a: b\r\ncontent-length: 2\r\n\r\nhi`],
    ['a folded line', `${OK} x-a: a\r\ncontent-length: 2\r\n\r\nhi`],
    ['two lengths', `${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nhi!`],
    ['a negative length', `${OK}content-length: -1\r\n\r\nhi`],
    ['a length that is none', `${OK}content-length: 2x\r\n\r\nhi`],
    ['length and chunks', `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`],
    ['a chunk of no size', `${OK}transfer-encoding: chunked\r\n\r\nxyz\r\nhi\r\n`],
    ['a chunk of every size', `${OK}transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\nhi\r\n`],
    ['a bare line feed in the head', `${OK}x-a: b\nx-c: d\r\r\n\r\nhi`],
    ['no status', 'HTTP/1.1 \r\n\r\n'],
    ['a status beyond all', 'HTTP/1.1 1000 What\r\ncontent-length: 0\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['HTTP/2 at once', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    [
      'an upgrade that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ],
    ['a 100 that nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ] as const) {
    const ended = await endOfAnswer(t, bytes);
    assert.ok('fault' in ended, what);
    assert.ok(ended.fault.reason === 'broken' || ended.fault.reason === 'timeout', `${what}: ${ended.fault.reason}`);
  }
});

test('a head is bounded, in one header, in many, and after its body', async (t) => {
  const long = `x-long: ${'x'.repeat(20_000)}\r\n`;
  const many = Array.from({ length: 3_000 }, (_, index) => `x-${index}: v\r\n`).join('');
  for (const bytes of [
    `${OK}${long}content-length: 2\r\n\r\nhi`,
    `${OK}${many}content-length: 2\r\n\r\nhi`,
    `${OK}transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n${many}\r\n`,
  ]) {
    const ended = await endOfAnswer(t, bytes);
    assert.equal('fault' in ended && ended.fault.code, 'UND_ERR_HEADERS_OVERFLOW');
  }
  const sent = { bytes: 0 };
  const ended = await endOfAnswer(t, (socket) => {
    socket.write(OK);
    const more = (): void => {
      sent.bytes += 1_000;
      if (!socket.destroyed) socket.write(`x-more: ${'x'.repeat(990)}\r\n`, () => setImmediate(more));
    };
    more();
  });
  assert.equal('fault' in ended && ended.fault.reason, 'broken');
  assert.ok(sent.bytes < 10_000_000, 'it was heard for long');
});

test('answers before the answer are passed over, and a flood of them is broken off', async (t) => {
  const hint = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
  const few = await endOfAnswer(t, `${hint.repeat(5)}${OK}content-length: 2\r\n\r\nhi`);
  assert.equal('text' in few && few.text, 'hi');
  const ended = await endOfAnswer(t, (socket) => {
    const more = (): void => {
      if (!socket.destroyed) socket.write(hint.repeat(10), () => setImmediate(more));
    };
    more();
  });
  assert.equal('fault' in ended && ended.fault.reason, 'broken');
});

test('what follows an answer is no answer to the next request', async (t) => {
  const port = await answering(t, `${OK}content-length: 2\r\n\r\nhi${OK}content-length: 6\r\n\r\nstolen`);
  const provider = httpProvider(t, `http://127.0.0.1:${port}/v1`);
  for (let call = 0; call < 5; call++) {
    const ended = await endOf(ask(provider));
    assert.ok(!('text' in ended) || ended.text === 'hi', 'text' in ended ? ended.text : '');
  }
});

test('no redirect is followed: the key goes nowhere else, and another provider answers', async (t) => {
  const visited: unknown[] = [];
  const thief = await hostileProvider(t, (response, request) => {
    visited.push(request.headers['authorization']);
    response.end(wholeAnswer);
  });
  for (const status of [300, 301, 302, 303, 304, 305, 307, 308]) {
    const redirecting = await hostileProvider(t, (response) => {
      response.writeHead(status, { location: `${thief}/chat/completions` }).end();
    });
    const alone = createTestRouter(t, { providers: [testProvider('a', redirecting)] });
    const refused = await alone.ask({ messages: [] });
    assert.equal(refused.failure?.code, 'upstream_invalid_response', String(status));
    const sound = await hostileProvider(t, (response) => {
      response.setHeader('content-type', 'application/json');
      response.end(wholeAnswer);
    });
    const two = createTestRouter(t, { providers: [testProvider('a', redirecting), testProvider('b', sound)] });
    const answered = await two.ask({ messages: [] });
    assert.equal(answered.failure, undefined);
    assert.deepEqual(
      answered.usage?.attempts.map(({ provider }) => provider),
      ['a', 'b'],
    );
  }
  assert.deepEqual(visited, []);
});
