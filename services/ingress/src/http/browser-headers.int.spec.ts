import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from '#testkit/test.ts';
import { ADMIN_TOKEN, API_KEY, completionBytes, someSettings, startTestGateway } from '../testing.ts';

const authorization = `Bearer ${API_KEY}`;

test('every answer has the headers for browsers, whatever it is an answer to', async () => {
  await using gateway = await startTestGateway();
  const { hostname, port } = new URL(gateway.url);
  const heads: string[] = [];
  for (const bytes of [
    completionBytes(),
    completionBytes({ stream: true }),
    'GET /v1/models HTTP/1.1\r\nhost: g\r\n\r\n',
    `GET /admin/users HTTP/1.1\r\nhost: g\r\nauthorization: Bearer ${ADMIN_TOKEN}\r\n\r\n`,
    'GET /health HTTP/1.1\r\nhost: g\r\n\r\n',
    'GET /metrics HTTP/1.1\r\nhost: g\r\n\r\n',
    'OPTIONS /v1/models HTTP/1.1\r\nhost: g\r\n\r\n',
    'DELETE /v1/models HTTP/1.1\r\nhost: g\r\n\r\n',
    'GET /nowhere HTTP/1.1\r\nhost: g\r\n\r\n',
    'GET /v1/models HTTP/1.1\r\n\r\n',
    'this is not HTTP\r\n\r\n',
    'CONNECT elsewhere:443 HTTP/1.1\r\nhost: elsewhere:443\r\n\r\n',
  ]) {
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    socket.write(bytes);
    const [first] = await once(socket, 'data');
    socket.destroy();
    const [head = ''] = String(first).split('\r\n\r\n');
    heads.push(head);
    for (const header of [
      'x-content-type-options: nosniff',
      'referrer-policy: no-referrer',
      "content-security-policy: default-src 'none'; frame-ancestors 'none'",
      'x-request-id: ',
    ]) {
      assert.ok(head.includes(`\r\n${header}`), `${bytes.slice(0, 40)}: ${header}\n${head}`);
    }
    assert.ok(!/strict-transport|x-powered-by|\r\nserver:/i.test(head), head);
  }
  assert.equal(new Set(heads.map((head) => /x-request-id: (\S+)/.exec(head)?.[1])).size, heads.length);
});

test('a browser is told to come by TLS alone only behind a trusted proxy that says it came so', async () => {
  await using direct = await startTestGateway();
  await using behind = await startTestGateway({ config: { rateLimits: { trustedProxies: ['127.0.0.1'] } } });
  const told = async (url: string, proto: string) =>
    (await fetch(`${url}/health`, { headers: { 'x-forwarded-proto': proto } })).headers.get(
      'strict-transport-security',
    );
  assert.equal(await told(direct.url, 'https'), null);
  assert.equal(await told(behind.url, 'http'), null);
  assert.equal(await told(behind.url, 'https'), 'max-age=63072000');
});

test('pages of the origins in the settings may read answers, and those of others may not', async () => {
  await using gateway = await startTestGateway();
  const ask = async (origin: string, method = 'GET') => {
    const headers = { authorization, origin, 'access-control-request-headers': 'authorization' };
    const { status, headers: answered } = await fetch(`${gateway.url}/v1/models`, { method, headers });
    return { status, origin: answered.get('access-control-allow-origin'), vary: answered.get('vary') };
  };
  assert.deepEqual(await ask('https://a.example'), { status: 200, origin: '*', vary: null });
  const corsOrigins = ['https://a.example', 'https://b.example:8443'];
  gateway.registry.load({ case: 'settings', value: someSettings({ corsOrigins }) });
  for (const origin of corsOrigins) {
    assert.deepEqual(await ask(origin), { status: 200, origin, vary: 'origin' });
    assert.deepEqual(await ask(origin, 'OPTIONS'), { status: 204, origin, vary: 'origin' });
  }
  for (const origin of ['https://c.example', 'http://a.example', 'https://a.example.evil.example', 'null']) {
    assert.deepEqual(await ask(origin), { status: 200, origin: null, vary: 'origin' });
    assert.deepEqual(await ask(origin, 'OPTIONS'), { status: 204, origin: null, vary: 'origin' });
  }
  gateway.registry.load({ case: 'settings', value: someSettings({ corsOrigins: ['*'] }) });
  assert.equal((await ask('https://c.example')).origin, '*');
});
