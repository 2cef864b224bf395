import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { installStandalone } from '../e2e/support/standalone.ts';
import { completionRequest, rawClient } from './support/raw-client.ts';

const installation = await installStandalone();
afterAll(() => installation[Symbol.asyncDispose]());
const { apiKey, balance } = await installation.customer();

/** A preface of HTTP/2: the magic words and an empty SETTINGS frame. */
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
const TLS_HELLO = '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03';
const upgradeTo = (protocol: string): string =>
  `GET /v1/nothing HTTP/1.1\r\nhost: g\r\nconnection: upgrade\r\nupgrade: ${protocol}\r\n\r\n`;

/** What node:http would answer by itself, or drop without a word, and everything next to it. */
const cases: readonly (readonly [what: string, bytes: string, status: number, code: string])[] = [
  [
    'an expectation nobody can meet',
    'GET /health HTTP/1.1\r\nhost: g\r\nexpect: foo\r\n\r\n',
    417,
    'expectation_failed',
  ],
  [
    'a POST with such an expectation, its body behind it',
    'POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\nexpect: foo\r\ncontent-length: 2\r\n\r\n{}',
    417,
    'expectation_failed',
  ],
  ['HTTP/1.1 without Host', 'GET /health HTTP/1.1\r\n\r\n', 400, 'invalid_request'],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n', 405, 'method_not_allowed'],
  ['TRACE', 'TRACE /health HTTP/1.1\r\nhost: g\r\n\r\n', 405, 'method_not_allowed'],
  ['a method of another protocol', 'PROPFIND /health HTTP/1.1\r\nhost: g\r\n\r\n', 405, 'method_not_allowed'],
  ['a method that is none', 'FOO /health HTTP/1.1\r\nhost: g\r\n\r\n', 400, 'invalid_request'],
  ['an upgrade to WebSocket', upgradeTo('websocket'), 404, 'not_found'],
  ['an upgrade to HTTP/2', upgradeTo('h2c'), 404, 'not_found'],
  ['the preface of HTTP/2', HTTP2_PREFACE, 400, 'invalid_request'],
  ['the preface of HTTP/2 as HTTP/1.1', 'PRI * HTTP/1.1\r\nhost: g\r\n\r\n', 400, 'invalid_request'],
  ['a hello of TLS', TLS_HELLO, 400, 'invalid_request'],
  ['a whole URL for a path', 'GET http://g/v1/nothing HTTP/1.1\r\nhost: g\r\n\r\n', 404, 'not_found'],
  ['an asterisk for a path', 'OPTIONS * HTTP/1.1\r\nhost: g\r\n\r\n', 404, 'not_found'],
  ['a path without a slash', 'GET health HTTP/1.1\r\nhost: g\r\n\r\n', 400, 'invalid_request'],
  ['a URL beyond the bound', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: g\r\n\r\n`, 431, 'invalid_request'],
];
for (const [what, bytes, status, code] of cases) {
  test(`${what} is answered ${status} with an id and an error document`, async () => {
    using client = await rawClient(installation.gateway().url);
    client.socket.write(bytes, 'latin1');
    const answer = await client.receives(/\r\n\r\n.*\}$/s);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(answer, /^x-request-id: [0-9a-f-]{36}\r$/m);
    const { error } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    assert.equal(error.code, code);
    assert.equal(typeof error.type, 'string');
    assert.notEqual(error.message, '');
    if (status === 405) assert.match(answer, /^allow: [A-Z, ]+\r$/m);
  });
}

test('CONNECT is told which methods there are, and its connection closed', async () => {
  using client = await rawClient(installation.gateway().url);
  client.socket.write('CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n');
  assert.match(await client.receives(/\}$/), /^allow: GET, HEAD, POST, OPTIONS\r$/m);
  assert.ok(await client.isClosedWithin(10_000));
});

test('HTTP/1.0 needs no Host', async () => {
  using client = await rawClient(installation.gateway().url);
  client.socket.write('GET /health HTTP/1.0\r\n\r\n');
  assert.match(await client.receives(/"status":"ok".*\}$/), /^HTTP\/1\.1 200 /);
});

test('junk behind a request waits until the answer in front of it has left', async () => {
  using client = await rawClient(installation.gateway().url);
  const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] };
  client.socket.write(`${completionRequest(apiKey, body)}JUNK\r\n\r\n`);
  const answers = await client.receives(/is not valid HTTP/);
  assert.match(answers, /^HTTP\/1\.1 200 .*Hello from the simulator.*HTTP\/1\.1 400 Bad Request/s);
  assert.ok(await client.isClosedWithin(10_000));
});

test('nothing of all this has cost more than the one answer', async () => {
  await installation.settled();
  assert.equal((await balance()).held, 0n);
  assert.ok((await balance()).charged < 10_000n);
});
