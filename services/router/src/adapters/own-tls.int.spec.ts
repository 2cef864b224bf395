import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createOutwardGuard } from '#config/outward-guard.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { type CertificateFiles, makeCertificate } from '#testkit/temporary-authority.ts';
import { beforeAll, type Scope, test } from '#testkit/test.ts';
import { adviceOfFault } from '../domain/test-advice.ts';
import { createTestRouter, testProvider, thisMachine } from '../testing.ts';
import { openingFault } from './opening-fault.ts';
import { ask, dnsOf, endOf, httpProvider } from './testing.ts';

interface Pem {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

let good: Pem;
let expired: Pem;
let client: Pem;

function pemOf({ certFile, keyFile, caFile }: CertificateFiles): Pem {
  const [cert, key, ca] = [certFile, keyFile, caFile].map((file) => readFileSync(file, 'utf8'));
  return { cert: cert ?? '', key: key ?? '', ca: ca ?? '' };
}

beforeAll(async () => {
  await using folder = await temporaryDataDir();
  good = pemOf(makeCertificate(folder.path, 'good'));
  expired = pemOf(makeCertificate(folder.path, 'expired', [], -1));
  client = pemOf(makeCertificate(folder.path, 'client'));
});

/** A provider over TLS that says whose certificate it was shown. */
async function tlsProvider(test: Scope, { cert, key }: Pem, options: ServerOptions = {}): Promise<string> {
  const server = createServer({ cert, key, ...options }, (request, response) => {
    const shown = (request.socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody';
    request.resume().on('end', () => response.end(shown));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}/v1`;
}

test('a provider whose own authority is given is trusted, and by no other authority', async (t) => {
  const url = await tlsProvider(t, good);
  const answered = await endOf(ask(httpProvider(t, url, { caCertificates: `${client.ca}\n${good.ca}` })));
  assert.equal('text' in answered && answered.text, 'nobody');
  for (const [caCertificates, code] of [
    [undefined, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [client.ca, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const) {
    const call = ask(httpProvider(t, url, { caCertificates }));
    const ended = await endOf(call);
    assert.ok('fault' in ended);
    assert.deepEqual([ended.fault.reason, ended.fault.code, call.wasSent()], ['connection', code, false]);
    assert.match(adviceOfFault(ended.fault.reason, ended.fault.code), /ca_certificates/);
  }
});

test('a certificate that has expired, or is for another host, is not trusted, and nothing is sent', async (t) => {
  const overdue = await tlsProvider(t, expired);
  const elsewhere = (await tlsProvider(t, good)).replace('localhost', 'elsewhere.test');
  for (const [url, caCertificates, code, advice] of [
    [overdue, expired.ca, 'CERT_HAS_EXPIRED', /has expired/],
    [elsewhere, good.ca, 'ERR_TLS_CERT_ALTNAME_INVALID', /for another host/],
  ] as const) {
    const call = ask(httpProvider(t, url, { caCertificates, dns: dnsOf(() => ['127.0.0.1']) }));
    const ended = await endOf(call);
    assert.ok('fault' in ended);
    assert.deepEqual([ended.fault.reason, ended.fault.code, call.wasSent()], ['connection', code, false]);
    assert.match(adviceOfFault(ended.fault.reason, ended.fault.code), advice);
  }
});

test('a provider that asks for a certificate is shown the one of its configuration', async (t) => {
  const url = await tlsProvider(t, good, { ca: client.ca, requestCert: true, rejectUnauthorized: true });
  const clientCertificate = { certificate: client.cert, key: client.key };
  const known = await endOf(ask(httpProvider(t, url, { caCertificates: good.ca, clientCertificate })));
  assert.equal('text' in known && known.text, 'localhost');
  const unknown = await endOf(ask(httpProvider(t, url, { caCertificates: good.ca })));
  assert.ok('fault' in unknown, 'a caller without a certificate is refused');
});

test('a provider that offers HTTP/2 is called over HTTP/1.1', async (t) => {
  const versions: string[] = [];
  const server = createSecureServer({ cert: good.cert, key: good.key, allowHTTP1: true }, (request, response) => {
    versions.push(request.httpVersion);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.defer(() => server.close());
  const url = `https://localhost:${(server.address() as AddressInfo).port}/v1`;
  const provider = httpProvider(t, url, { caCertificates: good.ca });
  assert.ok('text' in (await endOf(ask(provider))));
  assert.deepEqual(versions, ['1.1']);
  await provider.close();
});

test('certificates and keys that cannot be used are told with the field, and nothing throws', (t) => {
  const guard = createOutwardGuard(thisMachine);
  const { config } = httpProvider(t, 'https://localhost/v1');
  const faultOf = (more: object): string => openingFault({ ...config, ...more }, guard) ?? '';
  const pair = (certificate: string, key: string) => ({ clientCertificate: { certificate, key } });
  assert.equal(faultOf({ caCertificates: good.ca, ...pair(client.cert, client.key) }), '');
  for (const [more, fault] of [
    [{ caCertificates: 'hello' }, /ca_certificates are no certificates/],
    [{ caCertificates: `${good.ca}${good.ca.replace(/M/g, 'N')}` }, /ca_certificates are no certificates/],
    [{ caCertificates: good.key }, /ca_certificates are no certificates/],
    [pair('hello', client.key), /client_certificate is no certificate/],
    [pair(client.cert, ''), /name it as client_key_ref/],
    [pair(client.cert, good.key), /cannot be used together/],
    [pair(client.cert, 'hello'), /cannot be used together/],
  ] as const) {
    assert.match(faultOf(more), fault);
    assert.doesNotMatch(faultOf(more), /PRIVATE KEY/);
  }
});

test('a provider with a bad certificate is down with the reason, and works when it is put right', async (t) => {
  const url = await tlsProvider(t, good);
  const p = testProvider('p', url, { caCertificates: 'hello' });
  const { registry, router } = createTestRouter(t, { providers: [p] });
  const [health] = await router.currentHealth();
  assert.match(health?.reason ?? '', /ca_certificates are no certificates/);
  registry.load({ case: 'provider', value: { ...p.resource.value, caCertificates: good.ca } });
  const [after] = await router.currentHealth();
  assert.equal(after?.reason, '');
});
