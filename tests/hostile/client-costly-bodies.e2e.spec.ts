import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { install } from '../e2e/support/install.ts';
import { writeBytes } from './support/byte-provider.ts';
import { rawClient } from './support/raw-client.ts';

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());
const rich = await installation.customer();
const poor = await installation.customer({ creditUsd: '' });

const BODY_BYTES = 10 * 1024 * 1024 - 1_000;

/** Far above what a refusal takes here, and far below the seconds that parsing took. */
const QUICK_MS = 5_000;

/** A body of 10 MB in which one field holds as many pieces as fit. */
function filled(open: string, piece: (at: number) => string, separator: string, close: string): string {
  const pieces: string[] = [];
  for (let bytes = 0; bytes < BODY_BYTES; bytes += (pieces.at(-1)?.length ?? 0) + separator.length) {
    pieces.push(piece(pieces.length));
  }
  pieces.pop();
  return `{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hi"}],"x":${open}${pieces.join(separator)}${close}}`;
}

const costly: readonly (readonly [what: string, body: string, message: RegExp])[] = [
  ['880,000 fields', filled('{', (at) => `"f${at}":1`, ',', '}'), /more than 65536 fields/],
  ['the same field over and over', filled('{', () => '"a":1', ',', '}'), /more than 65536 fields/],
  ['a million small objects', filled('[', (at) => `{"k${at}":1}`, ',', ']'), /more than 65536 fields/],
  ['five million numbers', filled('[', () => '1', ',', ']'), /more than 131072 fields and items/],
  ['three million lists', filled('[', () => '[]', ',', ']'), /more than 131072 fields and items/],
  ['lists in lists', filled('[', () => `${'['.repeat(100)}${']'.repeat(100)}`, ',', ']'), /more than 131072/],
  ['names of a megabyte', filled('{', (at) => `"${at}${'n'.repeat(1_000_000)}":1`, ',', '}'), /longer than 1024/],
];

async function post(apiKey: string, body: string | ReadableStream) {
  const response = await fetch(`${installation.gateway().url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body,
    duplex: 'half',
  });
  const document = (await response.json()) as { error?: { code: string; type: string; message: string } };
  return { status: response.status, error: document.error };
}

for (const [what, body, message] of costly) {
  test(`10 MB of ${what} are refused before they are parsed, and others are answered meanwhile`, async () => {
    const startedAtMs = performance.now();
    const eight = Array.from({ length: 8 }, () => post(rich.apiKey, body));
    const other = fetch(`${installation.gateway().url}/health`);
    for (const { status, error } of await Promise.all(eight)) {
      assert.deepEqual([status, error?.code], [400, 'invalid_request']);
      assert.match(error?.message ?? '', message);
    }
    assert.equal((await other).status, 200);
    assert.ok(performance.now() - startedAtMs < QUICK_MS);
  });
}

test('10 MB of escaped quotes, backslashes or digits take time in proportion, and are answered', async () => {
  for (const piece of ['\\"', '\\\\', `${'\\\\'.repeat(500)}\\"`, '\\u0061']) {
    const body = filled('"', () => piece, '', '"').replace('gpt-4o-mini', 'no-such-model');
    const startedAtMs = performance.now();
    assert.equal((await post(rich.apiKey, body)).status, 404);
    assert.ok(performance.now() - startedAtMs < QUICK_MS, piece.slice(0, 10));
  }
  const digits = filled('', () => '1', '', '').replace('gpt-4o-mini', 'no-such-model');
  assert.equal((await post(rich.apiKey, digits)).status, 404);
});

test('a large body of a user without money is refused with 402 before it is parsed, in quota’s words', async () => {
  const quotas = await post(
    poor.apiKey,
    JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }),
  );
  assert.equal(quotas.status, 402);
  // Not even JSON.
  const body = '{'.repeat(BODY_BYTES);
  for (const sent of [body, new Blob([body]).stream()]) {
    const { status, error } = await post(poor.apiKey, sent);
    assert.deepEqual([status, error?.code, error?.type], [402, quotas.error?.code, quotas.error?.type]);
    const words = /^The balance cannot pay for this request: 0\.00 USD is available/;
    assert.match(quotas.error?.message ?? '', words);
    assert.match(error?.message ?? '', words);
  }
});

test('a client without money that asks whether to send a large body is told 402 in place of to go on', async () => {
  using client = await rawClient(installation.gateway().url);
  client.socket.write(
    [
      'POST /v1/chat/completions HTTP/1.1',
      'host: gateway',
      `authorization: Bearer ${poor.apiKey}`,
      'content-type: application/json',
      `content-length: ${BODY_BYTES}`,
      'expect: 100-continue',
      '',
      '',
    ].join('\r\n'),
  );
  const answer = await client.receives(/insufficient_balance/);
  assert.match(answer, /^HTTP\/1\.1 402 /);
});

test('a conversation as large as any is answered: thousands of messages, 128 tools, a picture', async () => {
  const call = (at: number) => ({
    id: `c${at}`,
    type: 'function',
    function: { name: 'f', arguments: '{"path":"/a"}' },
  });
  const turns = Array.from({ length: 1_500 }, (_, at) => [
    { role: 'assistant', content: null, tool_calls: [call(at)] },
    { role: 'tool', tool_call_id: `c${at}`, content: 'x'.repeat(100) },
  ]);
  const properties = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [`p${at}`, { type: 'string', description: 'one of many' }]),
  );
  const tools = Array.from({ length: 128 }, (_, at) => ({
    type: 'function',
    function: { name: `f${at}`, parameters: { type: 'object', properties } },
  }));
  const picture = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(6_000_000)}` } };
  const body = {
    model: 'no-such-model',
    tools,
    messages: [...turns.flat(), { role: 'user', content: [{ type: 'text', text: 'And this?' }, picture] }],
  };
  const { status, error } = await post(rich.apiKey, JSON.stringify(body));
  assert.deepEqual([status, error?.code], [404, 'model_not_found'], JSON.stringify(error));
});

test('a body that comes byte by byte takes no more memory than another', async () => {
  const before = await residentBytes();
  using client = await rawClient(installation.gateway().url);
  const head = ['POST /v1/chat/completions HTTP/1.1', 'host: gateway', `authorization: Bearer ${rich.apiKey}`];
  client.socket.write([...head, 'transfer-encoding: chunked', '', ''].join('\r\n'));
  const pieces = Buffer.from('1\r\n \r\n'.repeat(100_000));
  for (let sent = 0; sent < 20; sent++) await writeBytes(client.socket, pieces);
  client.socket.write('0\r\n\r\n');
  // Blanks alone are no JSON.
  await client.receives(/invalid_json/, 120_000);
  // Two million pieces took 800 MB.
  assert.ok((await residentBytes()) - before < 400 * 1024 * 1024);
});

/** What the gateway has in memory, by its own metric. */
async function residentBytes(): Promise<number> {
  const metrics = await (await fetch(`${installation.gateway().url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]);
}
