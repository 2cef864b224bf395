import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, test } from '#testkit/test.ts';
import { API_KEY, completion, model, startTestGateway, type TestGateway } from '../testing.ts';

const PATH = '/v1/chat/completions';
const question = JSON.stringify({ model: model.id, messages: [{ role: 'user', content: 'hi' }] });

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream;

function post(gateway: TestGateway, body: Body, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${gateway.url}${PATH}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
    body,
    // Asked for by fetch where the body is a stream.
    duplex: 'half',
  });
}

/** Checks that an answer is an error in OpenAI's shape with an id, and gives its document. */
async function errorIn(response: Response, status: number, code: string) {
  assert.equal(response.status, status);
  assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  const { error } = (await response.json()) as {
    error: { message: string; type: string; param: string; code: string };
  };
  assert.equal(error.code, code);
  assert.equal(typeof error.type, 'string');
  assert.notEqual(error.message, '');
  return error;
}

/** What comes back for bytes written to a fresh connection, until it is closed. */
async function exchangeBytes(gateway: TestGateway, ...pieces: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('utf8').on('data', (piece) => {
    text += piece;
  });
  socket.on('error', () => undefined);
  for (const piece of pieces) socket.write(piece);
  await once(socket, 'close');
  return text;
}

const headLines = (...headers: readonly string[]): string =>
  [`POST ${PATH} HTTP/1.1`, 'host: x', `authorization: Bearer ${API_KEY}`, ...headers, '', ''].join('\r\n');

describe('a body that cannot be used', () => {
  test('is refused with what is wrong with it', async () => {
    await using gateway = await startTestGateway();
    const cases: readonly (readonly [Body, number, string, RegExp])[] = [
      ['{"model": "x",}', 400, 'invalid_json', /not valid JSON.*(position|"x",})/s],
      ['', 400, 'invalid_json', /empty/],
      ['[1]', 400, 'invalid_json', /must be a JSON object/],
      ['null', 400, 'invalid_json', /must be a JSON object/],
      [Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 400, 'invalid_json', /UTF-8/],
      [`{"a":${'['.repeat(200)}${']'.repeat(200)}}`, 400, 'invalid_request', /deeper than 128/],
      ['[', 400, 'invalid_json', /not valid JSON/],
      ['{"model":"a","model":"b"}', 400, 'invalid_request', /twice/],
      ['{"messages":[]}', 400, 'invalid_request', /model/],
    ];
    for (const [body, status, code, message] of cases) {
      const error = await errorIn(await post(gateway, body), status, code);
      assert.match(error.message, message);
    }
    assert.equal(gateway.admitted.length, 0);
  });

  test('is refused with 415 where it is compressed or not JSON, and taken without a content type', async () => {
    await using gateway = await startTestGateway();
    await errorIn(
      await post(gateway, gzipSync(question), { 'content-encoding': 'gzip' }),
      415,
      'unsupported_media_type',
    );
    await errorIn(await post(gateway, question, { 'content-type': 'text/plain' }), 415, 'unsupported_media_type');
    for (const contentType of ['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"', '']) {
      assert.equal((await post(gateway, question, { 'content-type': contentType })).status, 200);
    }
  });

  test('is refused with 413 where it is too large, and the client reads the answer though it was still sending', async () => {
    await using gateway = await startTestGateway({ config: { bodyMaxBytes: 1_000 } });
    const declared = await post(gateway, Buffer.alloc(3_000_000, ' '));
    assert.equal(declared.headers.get('connection'), 'close');
    await errorIn(declared, 413, 'body_too_large');
    const chunked = await post(gateway, new Blob([Buffer.alloc(3_000_000, ' ')]).stream());
    await errorIn(chunked, 413, 'body_too_large');
    assert.equal((await post(gateway, question)).status, 200);
  });

  test('is read whole in pieces of any size', async () => {
    await using gateway = await startTestGateway();
    const pieces = [...question.padEnd(5_000, ' ')].map((piece) => `1\r\n${piece}\r\n`).join('');
    const answer = await exchangeBytes(
      gateway,
      headLines('transfer-encoding: chunked', 'connection: close'),
      `${pieces}0\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.equal(String(gateway.completed[0]?.request.body).trim(), question);
  });

  test('is not asked for where the client asks first and it would be refused', async () => {
    await using gateway = await startTestGateway({ config: { bodyMaxBytes: 1_000 } });
    const expecting = ['expect: 100-continue', 'connection: close'];
    const refused = await exchangeBytes(gateway, headLines('content-length: 2000', ...expecting));
    assert.match(refused, /^HTTP\/1\.1 413 /);
    const wanted = await exchangeBytes(
      gateway,
      headLines(`content-length: ${question.length}`, ...expecting),
      question,
    );
    assert.match(wanted, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  test('is refused with 503 where all bodies together are too large, and the memory is given back after', async () => {
    await using gateway = await startTestGateway({ config: { bodiesMaxBytes: 200 } });
    await errorIn(await post(gateway, JSON.stringify({ pad: 'x'.repeat(300) })), 503, 'unavailable');
    for (let times = 0; times < 5; times++) assert.equal((await post(gateway, question)).status, 200);
  });
});

describe('a request that cannot be read', () => {
  test('is answered 400 in OpenAI form with an id, and the connection closed', async () => {
    await using gateway = await startTestGateway();
    for (const junk of [
      'GARBAGE\r\n\r\n',
      'GET / HTTP/1.1\r\nbad header\r\n\r\n',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n',
    ]) {
      const answer = await exchangeBytes(gateway, junk);
      assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\nx-request-id: [0-9a-f-]{36}\r\n/);
      assert.match(answer, /\{"error":\{"message":"The request is not valid HTTP\."/);
    }
  });

  test('is refused where length and chunks contradict each other', async () => {
    await using gateway = await startTestGateway();
    const answer = await exchangeBytes(
      gateway,
      headLines('content-length: 5', 'transfer-encoding: chunked'),
      '0\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.equal(gateway.admitted.length, 0);
  });

  test('is answered by its own answer where the junk is in its body', async () => {
    await using gateway = await startTestGateway();
    const answer = await exchangeBytes(gateway, headLines('transfer-encoding: chunked'), '5\r\nhello\r\nzz\r\n');
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(answer, /x-request-id: [0-9a-f-]{36}/);
    assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1);
  });

  test('with headers beyond 16 KiB is answered 431', async () => {
    await using gateway = await startTestGateway();
    assert.match(await exchangeBytes(gateway, headLines(`x-junk: ${'j'.repeat(20_000)}`)), /^HTTP\/1\.1 431 /);
  });

  test('that comes too slowly is answered 408', async () => {
    await using gateway = await startTestGateway({ config: { headersTimeoutMs: 50, bodyTimeoutMs: 100 } });
    const [halfHead, halfBody] = await Promise.all([
      exchangeBytes(gateway, `POST ${PATH} HTTP/1.1\r\nhost: x\r\n`),
      exchangeBytes(gateway, headLines('content-length: 100'), '{"model"'),
    ]);
    for (const answer of [halfHead, halfBody])
      assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n.*request_timeout/s);
  });
});

describe('what clients do to connections', () => {
  test('pipelined requests are answered in their order', async () => {
    await using gateway = await startTestGateway();
    const first = `${headLines(`content-length: ${question.length}`)}${question}`;
    const second = 'GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
    const answers = await exchangeBytes(gateway, first + second);
    assert.ok(answers.indexOf(completion) !== -1 && answers.indexOf(completion) < answers.indexOf('{"status":"ok"'));
  });

  test('a client that leaves in the middle of its body is nobody to admit', async () => {
    await using gateway = await startTestGateway();
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.write(`${headLines('content-length: 100')}{"model"`);
    await once(socket, 'connect');
    // An answer on another connection: by now the server has seen the half request.
    await fetch(`${gateway.url}/health`);
    socket.destroy();
    await gateway.ingress.drain();
    assert.equal(gateway.admitted.length, 0);
    assert.partialDeepStrictEqual(
      gateway.lines.find(({ route }) => route === PATH),
      { status: 499, error: 'client_gone' },
    );
  });

  test('a client may name its request, and gets its own name back beside the gateway’s', async () => {
    await using gateway = await startTestGateway();
    const named = await post(gateway, question, { 'x-request-id': 'mine-1' });
    assert.equal(named.headers.get('x-client-request-id'), 'mine-1');
    assert.notEqual(named.headers.get('x-request-id'), 'mine-1');
    const junk = await post(gateway, question, { 'x-request-id': 'j'.repeat(1_000) });
    assert.equal(junk.headers.get('x-client-request-id'), null);
  });

  test('a key is taken from Authorization, api-key or x-api-key, and never repeated', async () => {
    await using gateway = await startTestGateway();
    for (const headers of [{ 'api-key': API_KEY }, { 'x-api-key': API_KEY }, { authorization: `bearer ${API_KEY}` }]) {
      assert.equal((await sendWith(gateway, headers)).statusCode, 200);
    }
    const wrong = `ak_${'w'.repeat(64)}`;
    for (const headers of [
      {},
      { authorization: 'Basic abc' },
      { authorization: `Bearer ${wrong}` },
      { 'api-key': 'x'.repeat(9_000) },
    ]) {
      const response = await sendWith(gateway, headers);
      assert.equal(response.statusCode, 401);
      assert.equal(response.headers['www-authenticate'], 'Bearer');
      assert.ok(!(await textOf(response)).includes('www'));
    }
    assert.ok(!JSON.stringify(gateway.lines).includes('kkkkk'));
  });
});

describe('paths and methods', () => {
  test('what there is not is 404 and what is not allowed 405, both in OpenAI form', async () => {
    await using gateway = await startTestGateway();
    for (const path of ['/v1/nothing', '/V1/chat/completions', '/nothing', '/v1/models/%zz']) {
      const response = await fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${API_KEY}` } });
      await errorIn(response, path.includes('%') ? 400 : 404, path.includes('%') ? 'invalid_request' : 'not_found');
    }
    const response = await fetch(`${gateway.url}${PATH}`);
    assert.equal(response.headers.get('allow'), 'POST, OPTIONS');
    await errorIn(response, 405, 'method_not_allowed');
    await errorIn(await fetch(`${gateway.url}/health`, { method: 'DELETE' }), 405, 'method_not_allowed');
  });

  test('a query or a slash at the end leads to the same place', async () => {
    await using gateway = await startTestGateway();
    for (const suffix of ['?api-version=1', '/']) {
      const response = await fetch(`${gateway.url}${PATH}${suffix}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}` },
        body: Buffer.from(question),
      });
      assert.equal(response.status, 200);
    }
  });

  test('HEAD is answered like GET without the body', async () => {
    await using gateway = await startTestGateway();
    const response = await fetch(`${gateway.url}/health`, { method: 'HEAD' });
    assert.equal(response.status, 200);
    assert.equal(await response.text(), '');
  });

  test('a browser may call /v1 where an origin is allowed, and only there', async () => {
    await using open = await startTestGateway();
    await using shut = await startTestGateway({ config: { corsOrigin: '' } });
    const preflight = {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-headers': 'authorization,x-stainless-os' },
    };
    const answer = await fetch(`${open.url}${PATH}`, preflight);
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    assert.equal(answer.headers.get('access-control-allow-headers'), 'authorization,x-stainless-os');
    for (const url of [`${shut.url}${PATH}`, `${open.url}/admin/users`]) {
      assert.equal((await fetch(url, preflight)).headers.get('access-control-allow-origin'), null);
    }
  });
});

async function sendWith(gateway: TestGateway, headers: Record<string, string>): Promise<IncomingMessage> {
  const request = httpRequest(`${gateway.url}${PATH}`, { method: 'POST', headers, agent: false });
  request.end(question);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece;
  return text;
}
