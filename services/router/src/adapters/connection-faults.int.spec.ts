import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from '#testkit/test.ts';
import { ask, type Ended, endOf, httpProvider, tcpServer } from './testing.ts';

function faultOf(ended: Ended): readonly [reason: string, code: string] {
  return 'fault' in ended ? [ended.fault.reason, ended.fault.code] : ['none', ''];
}

test('a call that finds no connection says so, and why, and that nothing was sent', async (t) => {
  const closed = await tcpServer(t, (socket) => socket.destroy());
  const plain = await tcpServer(t, (socket) => socket.end('this is no TLS'));
  const calls = [
    ['http://127.0.0.1:1/v1', /^ECONNREFUSED$/],
    ['http://no-such-host.invalid/v1', /^(ENOTFOUND|EAI_AGAIN)$/],
    [`https://localhost:${plain}/v1`, /SSL|EPROTO|WRONG_VERSION/],
    [`https://localhost:${closed}/v1`, /^ECONNRESET$/],
  ] as const;
  for (const [baseUrl, code] of calls) {
    const call = ask(httpProvider(t, baseUrl));
    const [reason, said] = faultOf(await endOf(call));
    assert.equal(reason, 'connection', baseUrl);
    assert.match(said, code);
    assert.equal(call.wasSent(), false);
  }
});

test('a handshake that nobody ends is no connection', async (t) => {
  const silent = await tcpServer(t, () => undefined);
  const ended = await endOf(
    ask(httpProvider(t, `https://localhost:${silent}/v1`, { waits: { connectTimeoutMs: 50 } })),
  );
  assert.deepEqual(faultOf(ended), ['connection', 'UND_ERR_CONNECT_TIMEOUT']);
});

test('a connection that breaks under a call is no fault of connecting, and neither is silence', async (t) => {
  const breaking = await tcpServer(t, (socket: Socket) => socket.once('data', () => socket.destroy()));
  const call = ask(httpProvider(t, `http://127.0.0.1:${breaking}/v1`));
  assert.equal(faultOf(await endOf(call))[0], 'broken');
  assert.equal(call.wasSent(), true);
  const silent = await tcpServer(t, () => undefined);
  const waiting = ask(httpProvider(t, `http://127.0.0.1:${silent}/v1`, { waits: { wholeHeadTimeoutMs: 50 } }));
  assert.equal(faultOf(await endOf(waiting))[0], 'timeout');
});

test('a pool that is closed under a call has not failed', async (t) => {
  const silent = await tcpServer(t, () => undefined);
  const provider = httpProvider(t, `http://127.0.0.1:${silent}/v1`);
  const call = ask(provider);
  const ended = endOf(call);
  await provider.close();
  assert.equal(faultOf(await ended)[0], 'aborted');
});
