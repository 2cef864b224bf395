import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, test } from '#testkit/test.ts';
import { install } from './support/install.ts';
import { metered } from './support/provider-meter.ts';

const BODY_MAX_BYTES = 10 * 1024 * 1024;

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());
const { apiKey, keyId, client, balance } = await installation.customer();

interface Refused {
  readonly status: number;
  readonly headers: Headers;
  readonly error: { readonly message: string; readonly type: string; readonly code: string; readonly param: unknown };
}

const good = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] };

/** Posts a body as it is and returns the refusal, which must be in OpenAI's shape. */
async function refused(body: string | Buffer, headers: Record<string, string> = {}): Promise<Refused> {
  const response = await fetch(`${installation.gateway().url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
    body,
  });
  const { error } = (await response.json()) as { error: Refused['error'] };
  assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(typeof error.message, 'string');
  assert.equal(typeof error.type, 'string');
  assert.ok('param' in error && 'code' in error);
  return { status: response.status, headers: response.headers, error };
}

const bodies: readonly (readonly [string, string | Buffer, number, string, unknown])[] = [
  ['nothing', '', 400, 'invalid_json', null],
  ['half of a document', '{"model":"gpt-4o-mini","messages":[', 400, 'invalid_json', null],
  ['no object', '[1,2]', 400, 'invalid_json', null],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, 'invalid_json', null],
  ['nesting without end', `{"a":${'['.repeat(100_000)}`, 400, 'invalid_request', null],
  ['a model given twice', JSON.stringify(good).replace('{', '{"model":"gpt-4o",'), 400, 'invalid_request', 'model'],
  ['no model', JSON.stringify({ messages: good.messages }), 400, 'invalid_request', 'model'],
  ['a model that is a number', JSON.stringify({ ...good, model: 4 }), 400, 'invalid_request', 'model'],
  ['no messages', JSON.stringify({ model: good.model }), 400, 'invalid_request', 'messages'],
  ['messages that are text', JSON.stringify({ ...good, messages: 'Hi' }), 400, 'invalid_request', 'messages'],
  ['a message without a role', JSON.stringify({ ...good, messages: [{}] }), 400, 'invalid_request', 'messages[0].role'],
  ['a stream that is text', JSON.stringify({ ...good, stream: 'yes' }), 400, 'invalid_request', 'stream'],
  ['a negative output bound', JSON.stringify({ ...good, max_tokens: -1 }), 400, 'invalid_request', 'max_tokens'],
  ['a fraction of a choice', JSON.stringify({ ...good, n: 1.5 }), 400, 'invalid_request', 'n'],
  ['an unknown model', JSON.stringify({ ...good, model: '__proto__' }), 404, 'model_not_found', 'model'],
];
for (const [what, body, status, code, param] of bodies) {
  test(`${what} is refused with ${status} ${code}`, async () => {
    const { status: found, error } = await refused(body);
    assert.deepEqual([found, error.code, error.param], [status, code, param]);
  });
}

test('a body over the limit is refused with 413, and one at the limit is read', async () => {
  const filled = (bytes: number): string => {
    const frame = JSON.stringify({ ...good, model: 'no-such-model', padding: '' });
    return frame.replace('"padding":""', `"padding":"${'x'.repeat(bytes - frame.length)}"`);
  };
  const tooLarge = await refused(filled(BODY_MAX_BYTES + 1));
  assert.deepEqual([tooLarge.status, tooLarge.error.code], [413, 'body_too_large']);
  const atLimit = await refused(filled(BODY_MAX_BYTES));
  assert.deepEqual([atLimit.status, atLimit.error.code], [404, 'model_not_found']);
});

test('a body of unknown length is cut off at the limit', async () => {
  const { host } = new URL(installation.gateway().url);
  const [hostname, port] = host.split(':');
  const outgoing = httpRequest({
    hostname,
    port,
    path: '/v1/chat/completions',
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
  });
  // The gateway may close while it is still being written to.
  outgoing.on('error', () => undefined);
  const status = new Promise<number | undefined>((resolve) => {
    outgoing.on('response', (response) => {
      resolve(response.statusCode);
      void text(response).catch(() => undefined);
    });
  });
  outgoing.end(Buffer.alloc(BODY_MAX_BYTES + 1, ' '));
  assert.equal(await status, 413);
});

const keys: readonly (readonly [string, Record<string, string>])[] = [
  ['no key', { authorization: '' }],
  ['another scheme', { authorization: `Basic ${apiKey}` }],
  ['a key that was never issued', { authorization: `Bearer ak_${'0'.repeat(64)}` }],
  [
    'a key with one character changed',
    { authorization: `Bearer ${apiKey.slice(0, -1)}${apiKey.endsWith('a') ? 'b' : 'a'}` },
  ],
  ['a key of megabytes’ kind', { authorization: `Bearer ${'k'.repeat(8_000)}` }],
  ['junk in the header', { authorization: 'Bearer \u00ff\u00fe' }],
];
for (const [what, headers] of keys) {
  test(`${what} is refused with 401, before the body counts`, async () => {
    const { status, error } = await refused('{', headers);
    assert.deepEqual([status, error.code, error.type], [401, 'invalid_api_key', 'authentication_error']);
  });
}

test('headers beyond all bounds are refused, and the gateway goes on', async () => {
  const response = await fetch(`${installation.gateway().url}/v1/models`, {
    headers: { authorization: `Bearer ${apiKey}`, 'x-junk': 'j'.repeat(60_000) },
  });
  assert.equal(response.status, 431);
  assert.equal((await fetch(`${installation.gateway().url}/health`)).status, 200);
});

test('bytes that are no HTTP are answered with 400, and the gateway goes on', async () => {
  const { hostname, port } = new URL(installation.gateway().url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write('\u0000\u0001 nonsense\r\n\r\n');
  assert.match(await text(socket), /^HTTP\/1\.1 400 /);
  assert.equal((await fetch(`${installation.gateway().url}/health`)).status, 200);
});

test('a client’s own request id is given back beside the gateway’s, and junk in it is not', async () => {
  const named = await refused('{', { 'x-request-id': 'mine-1' });
  assert.equal(named.headers.get('x-client-request-id'), 'mine-1');
  assert.notEqual(named.headers.get('x-request-id'), 'mine-1');
  const junk = await refused('{', { 'x-request-id': 'x'.repeat(500) });
  assert.equal(junk.headers.get('x-client-request-id'), null);
});

test('a path that is not there is a 404, and a method that is not there a 405, both in OpenAI’s shape', async () => {
  for (const [method, path, status] of [
    ['GET', '/v1/nothing', 404],
    ['DELETE', '/v1/chat/completions', 405],
  ] as const) {
    const answer = await installation.admin.call<{ error: { message: string } }>(method, path, { token: apiKey });
    assert.equal(answer.status, status);
    assert.equal(typeof answer.document.error.message, 'string');
  }
});

test('nothing that was refused has cost anything or reached a provider', async () => {
  await installation.settled();
  const { charged, held } = await balance();
  assert.deepEqual([charged, held], [0n, 0n]);
  assert.equal((await metered(installation.simulatorUrl)).length, 0);
});

test('a revoked key is refused from the moment the revocation is answered', async () => {
  await client.models.list();
  const { status } = await installation.admin.call('POST', `/admin/api-keys/${keyId}/revoke`);
  assert.equal(status, 200);
  const { status: after, error } = await refused(JSON.stringify(good));
  assert.deepEqual([after, error.code], [401, 'invalid_api_key']);
});
