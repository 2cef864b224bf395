import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer as createPlain, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { createOutwardGuard } from '#config/outward-guard.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { makeCertificate } from '#testkit/temporary-authority.ts';
import { type Scope, test } from '#testkit/test.ts';
import { adviceOfFault } from '../domain/test-advice.ts';
import { thisMachine } from '../testing.ts';
import { openingFault } from './opening-fault.ts';
import { ask, dnsOf, endOf, httpProvider, tcpServer } from './testing.ts';

async function listening(test: Scope, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface Proxy {
  readonly url: string;
  /** What it was asked for, and with which credentials. */
  readonly asked: readonly string[];
}

/** A proxy that makes tunnels to this machine, whatever host is asked for. */
async function proxy(test: Scope, credentials: string): Promise<Proxy> {
  const asked: string[] = [];
  const expected = credentials === '' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
  const server = createPlain((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, socket, head) => {
    asked.push(request.url ?? '');
    socket.on('error', () => undefined);
    test.defer(() => socket.destroy());
    if (request.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
      return;
    }
    const port = Number(request.url?.split(':').at(-1));
    if (port === 1) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
  });
  return { url: `http://127.0.0.1:${await listening(test, server)}`, asked };
}

/** Behind the proxy alone: no DNS here knows it. */
const nowhere = dnsOf(() => []);

test('a provider is called through its proxy with its credentials, over HTTP and HTTPS, and it sees no key', async (t) => {
  await using folder = await temporaryDataDir();
  const { certFile, keyFile, caFile } = makeCertificate(folder.path, 'behind', ['behind.test']);
  const keys: (string | undefined)[] = [];
  const answer = (
    request: { headers: NodeJS.Dict<string | string[]> },
    response: { end(text: string): void },
  ): void => {
    keys.push(String(request.headers['authorization']), String(request.headers['proxy-authorization']));
    response.end('hello');
  };
  const secure = createSecure({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, answer);
  const ports = [await listening(t, createPlain(answer)), await listening(t, secure as unknown as Server)];
  const by = await proxy(t, 'user:pass:word');
  for (const [index, port] of ports.entries()) {
    const url = `${index === 0 ? 'http' : 'https'}://behind.test:${port}/v1`;
    const provider = httpProvider(t, url, {
      proxy: { url: by.url, credentials: 'user:pass:word' },
      caCertificates: readFileSync(caFile, 'utf8'),
      dns: nowhere,
    });
    for (let call = 0; call < 2; call++) {
      const ended = await endOf(ask(provider));
      assert.equal('text' in ended && ended.text, 'hello');
      // The pool takes a connection back in a turn of its own.
      await setImmediate();
    }
  }
  assert.deepEqual(
    by.asked,
    ports.map((port) => `behind.test:${port}`),
    'a tunnel is kept for the next call',
  );
  assert.deepEqual(new Set(keys), new Set(['Bearer sk-secret', 'undefined']));
});

test('a proxy that refuses, cannot be reached, says nothing or too much is a fault of the connection, with advice', async (t) => {
  const picky = await proxy(t, 'user:password');
  const open = await proxy(t, '');
  const silent = await tcpServer(t, () => undefined);
  const closing = await tcpServer(t, (socket) => socket.destroy());
  const garbage = await tcpServer(t, (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
  const endless = await tcpServer(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const more = (): void => void socket.write(`x-more: ${'x'.repeat(1_000)}\r\n`, () => setImmediate(more));
    more();
  });
  for (const [url, code, advice] of [
    [picky.url, 'EPROXYAUTH', /proxy_credentials_ref/],
    [open.url, 'EPROXYREFUSED', /allow its host/],
    ['http://127.0.0.1:1', 'EPROXY', /cannot be reached/],
    [`http://127.0.0.1:${silent}`, 'EPROXY', /cannot be reached/],
    [`http://127.0.0.1:${closing}`, 'EPROXY', /cannot be reached/],
    [`http://127.0.0.1:${garbage}`, 'EPROXY', /cannot be reached/],
    [`http://127.0.0.1:${endless}`, 'EPROXY', /cannot be reached/],
  ] as const) {
    const call = ask(
      httpProvider(t, 'http://behind.test:1/v1', {
        proxy: { url, credentials: '' },
        waits: { connectTimeoutMs: 200 },
        dns: nowhere,
      }),
    );
    const ended = await endOf(call);
    assert.ok('fault' in ended, url);
    assert.deepEqual([ended.fault.reason, ended.fault.code, call.wasSent()], ['connection', code, false], url);
    assert.match(adviceOfFault(ended.fault.reason, ended.fault.code), advice);
  }
});

test('a proxy is guarded as providers are, and has its credentials in their place', async (t) => {
  const { config } = httpProvider(t, 'https://api.example.com/v1');
  const guard = createOutwardGuard(thisMachine);
  const faultOf = (url: string, credentials = ''): string =>
    openingFault({ ...config, proxy: { url, credentials } }, guard) ?? '';
  assert.equal(faultOf('http://127.0.0.1:3128', 'user:password'), '');
  assert.match(faultOf('http://10.0.0.1:3128'), /proxy_url is a private address: .*GATEWAY_PRIVATE_PROVIDERS/);
  assert.match(faultOf('http://169.254.169.254'), /proxy_url is a link-local/);
  assert.match(faultOf('socks5://127.0.0.1:1080'), /neither http nor https/);
  assert.match(faultOf('http://user:password@127.0.0.1'), /as proxy_credentials_ref/);
  assert.match(faultOf('http://127.0.0.1', 'nothing'), /no user:password/);
  const led = httpProvider(t, 'http://behind.test:80/v1', {
    proxy: { url: 'http://proxy.test:3128', credentials: '' },
    dns: dnsOf(() => ['10.0.0.1']),
  });
  const ended = await endOf(ask(led));
  assert.equal('fault' in ended && ended.fault.code, 'EPRIVATE');
});
