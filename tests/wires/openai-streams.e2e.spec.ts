import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { afterAll, test } from '#testkit/test.ts';
import { chunk, DONE, event, USUAL_NANO_USD, usage, usageChunk } from './support/openai-bytes.ts';
import { openWireWorld, type Told } from './support/wire-world.ts';

/*
 * Streams as OpenAI-compatible providers really send them. Each is a whole answer: it reaches the client whole, and is charged
 * by its report.
 */

const world = await openWireWorld();
afterAll(() => world[Symbol.asyncDispose]());

const first = chunk({ role: 'assistant', content: 'Hel' });
const second = chunk({ content: 'lo' });
const finish = chunk({}, 'stop');
const whole = first + second + finish + usageChunk() + DONE;

const streams: readonly (readonly [
  what: string,
  body: string | Buffer | readonly string[],
  headers?: Record<string, string>,
])[] = [
  ['has null for choices where it reports usage', [first, second, finish, usageChunk(usage, null), DONE]],
  ['has no choices where it reports usage', [first, second, finish, usageChunk(usage, undefined), DONE]],
  [
    'reports usage at once, without choices',
    [
      usageChunk({ ...usage, completion_tokens: 0, total_tokens: 100 }, null),
      first,
      second,
      finish,
      usageChunk(),
      DONE,
    ],
  ],
  [
    'has events of other kinds',
    [
      first,
      'event: ping\ndata: {"type":"ping"}\n\n',
      second,
      finish,
      'event: billing\ndata: {"object":"billing.summary","billing":{}}\n\n',
      usageChunk(),
      DONE,
    ],
  ],
  [
    'has empty events, null, and lines of no field',
    [first, 'data:\n\n', 'data: null\n\n', 'foo: bar\n\n', second, finish, usageChunk(), DONE],
  ],
  [
    'begins with an event that is no chunk',
    ['event: heartbeat\ndata: {"ok":true}\n\n', first, second, finish, usageChunk(), DONE],
  ],
  ['has no [DONE]', [first, second, finish, usageChunk()]],
  ['has its usage with the finish, and no [DONE]', [first, second, chunk({}, 'stop', { usage })]],
  ['has [DONE] in quotes', [first, second, finish, usageChunk(), 'data: "[DONE]"\n\n']],
  ['has [done]', [first, second, finish, usageChunk(), 'data: [done]\n\n']],
  ['begins with a byte-order mark', `\ufeff${whole}`],
  ['ends its lines with CR LF', whole.replaceAll('\n', '\r\n')],
  ['ends its lines with CR', whole.replaceAll('\n', '\r')],
  ['has no space after data:', whole.replaceAll('data: ', 'data:')],
  [
    'is compressed although nobody asked for it',
    gzipSync(whole),
    { 'content-encoding': 'gzip', 'content-type': 'text/event-stream' },
  ],
  [
    'has usage in the last choice',
    [
      first,
      second,
      event({
        id: 'c1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
        choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }],
      }),
      DONE,
    ],
  ],
  ['has usage under x_groq', [first, second, chunk({}, 'stop', { x_groq: { id: 'r', usage } }), DONE]],
];

for (const [what, body, headers = { 'content-type': 'text/event-stream' }] of streams) {
  test(`a stream that ${what} is whole and charged by its report`, async () => {
    const wire = await world.wire(() => ({ body, headers }));
    const told = await wire.chat({ stream: true });
    assert.equal(told.status, 200, told.text);
    assert.equal(textOf(told), 'Hello');
    assert.equal(told.isDone, true, told.text);
    assert.equal(wire.received().length, 1);
    assert.equal(await wire.charged(), USUAL_NANO_USD);
  });
}

test('a stream that breaks off before its finish is cut for the client, too', async () => {
  const wire = await world.wire(() => ({ body: [first, second] }));
  const told = await wire.chat({ stream: true });
  assert.equal(textOf(told), 'Hello');
  assert.equal(told.isDone, false);
  assert.ok(told.isCut || told.events.some(({ error }) => error !== undefined));
});

test('pieces pass at once where each has usage and a finish', async () => {
  const words = Array.from({ length: 20 }, (_, at) =>
    chunk({ content: `word${at} ` }, at % 2 === 0 ? 'stop' : '', {
      usage: { prompt_tokens: 100, completion_tokens: at + 1, total_tokens: 101 + at },
    }),
  );
  const wire = await world.wire(() => ({ body: [...words, DONE], pauseMs: 20 }));
  const told = await wire.chat({ stream: true });
  assert.equal(textOf(told), Array.from({ length: 20 }, (_, at) => `word${at} `).join(''));
  assert.equal(told.isDone, true);
  assert.equal(await wire.charged(), 140_000n);
});

test('megabytes of pieces with usage in each are no invalid answer', async () => {
  const text = 'x'.repeat(1_000);
  const pieces = Array.from({ length: 600 }, (_, at) =>
    chunk({ content: text }, 'stop', { usage: { ...usage, completion_tokens: at + 1, total_tokens: 101 + at } }),
  );
  const wire = await world.wire(() => ({ body: [...pieces, DONE] }));
  const told = await wire.chat({ stream: true });
  assert.equal(textOf(told).length, 600_000);
  assert.equal(wire.received().length, 1);
  assert.equal(await wire.charged(), 1_300_000n);
});

function textOf({ events }: Told): string {
  interface Chunk {
    readonly choices?: readonly { readonly delta?: { readonly content?: string } }[] | null;
  }
  return events.map((each) => (each as Chunk).choices?.[0]?.delta?.content ?? '').join('');
}
