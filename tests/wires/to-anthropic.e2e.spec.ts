import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { openWireWorld } from './support/wire-world.ts';

/* What Anthropic's API refuses does not reach it, whatever a client of OpenAI's chat form sends. */

const world = await openWireWorld();
afterAll(() => world[Symbol.asyncDispose]());

type Block = Readonly<Record<string, unknown>>;
interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
}

const message = (content: readonly unknown[], stop = 'end_turn'): string =>
  JSON.stringify({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'cx',
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 5 },
  });

const f = {
  type: 'function',
  function: { name: 'f', parameters: { type: 'object', properties: { id: { type: 'integer' } } } },
};
const called = (id: string, input = '{"id":1}') => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: input } }],
});
const result = (id: string, content: unknown = 'r') => ({ role: 'tool', tool_call_id: id, content });
const user = (content: unknown) => ({ role: 'user', content });

const wire = await world.wire(() => ({ body: message([{ type: 'text', text: 'Hi' }]) }), { kind: 'anthropic' });

async function sent(
  body: Readonly<Record<string, unknown>>,
): Promise<{ body: Readonly<Record<string, unknown>>; messages: readonly Message[]; text: string }> {
  const told = await wire.chat(body);
  assert.equal(told.status, 200, told.text);
  const got = wire.last();
  return { body: got.body, messages: got.body['messages'] as readonly Message[], text: got.text };
}

const blocksOf = (messages: readonly Message[]): readonly Block[] =>
  messages.flatMap(({ content }) => (typeof content === 'string' ? [{ type: 'text', text: content }] : content));

test('ids of tool calls are made of what Anthropic takes, the same in call and result, and different for different calls', async () => {
  const { messages } = await sent({
    messages: [
      user('x'),
      {
        ...called('functions.f:0'),
        tool_calls: [...called('functions.f:0').tool_calls, ...called('functions_f_0').tool_calls],
      },
      result('functions.f:0'),
      result('functions_f_0'),
    ],
    tools: [f],
  });
  const blocks = blocksOf(messages);
  const ids = blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => String(id));
  const results = blocks.filter(({ type }) => type === 'tool_result').map((block) => String(block['tool_use_id']));
  for (const id of ids) assert.match(id, /^[a-zA-Z0-9_-]+$/);
  assert.deepEqual(ids, results);
  assert.equal(new Set(ids).size, 2);
});

test('texts of white space are left out, in every role', async () => {
  for (const blank of ['\n', ' ', '']) {
    const { messages } = await sent({
      messages: [
        { role: 'system', content: blank },
        user('x'),
        { role: 'assistant', content: blank },
        user([
          { type: 'text', text: blank },
          { type: 'text', text: 'y' },
        ]),
      ],
    });
    for (const block of blocksOf(messages)) assert.notEqual(String(block['text']).trim(), '');
  }
});

test('a conversation with nothing to say is refused by name, or has something in it', async () => {
  for (const messages of [[{ role: 'system', content: 'Be brief.' }], [user('')], [user(' ')]]) {
    const before = wire.received().length;
    const told = await wire.chat({ messages });
    if (told.status === 400) {
      assert.equal(wire.received().length, before);
      assert.match(String((told.document['error'] as { param?: string }).param), /^messages/);
    } else {
      assert.ok(blocksOf(wire.last().body['messages'] as readonly Message[]).length > 0);
    }
  }
});

test('a picture in a tool’s result stays one', async () => {
  const { messages } = await sent({
    messages: [
      user('x'),
      called('c1'),
      result('c1', [
        { type: 'text', text: 'shot' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ]),
    ],
    tools: [f],
  });
  const [, , last] = messages;
  const [block] = blocksOf(last === undefined ? [] : [last]);
  assert.equal(block?.['type'], 'tool_result');
  assert.deepEqual(
    (block['content'] as readonly Block[]).map(({ type }) => type),
    ['text', 'image'],
  );
});

test('media types are those that Anthropic knows', async () => {
  const cases: readonly (readonly [url: string, source: Block])[] = [
    ['data:image/jpg;base64,/9j/AAAA', { type: 'base64', media_type: 'image/jpeg', data: '/9j/AAAA' }],
    ['data:IMAGE/JPEG;base64,/9j/AAAA', { type: 'base64', media_type: 'image/jpeg', data: '/9j/AAAA' }],
    ['data:image/png;charset=utf-8;base64,AAAA', { type: 'base64', media_type: 'image/png', data: 'AAAA' }],
    ['HTTPS://example.com/a.png', { type: 'url', url: 'HTTPS://example.com/a.png' }],
  ];
  for (const [url, source] of cases) {
    const { messages } = await sent({ messages: [user([{ type: 'image_url', image_url: { url } }])] });
    const [block] = blocksOf(messages);
    const got = block?.['source'] as Block;
    assert.deepEqual(
      { ...got, ...(got['type'] === 'url' && { url: String(got['url']).replace(/^https/i, 'HTTPS') }) },
      source,
    );
  }
});

test('nobody’s e-mail address or telephone number is told as the user’s id', async () => {
  for (const id of ['ada@example.com', '+44 20 7946 0958']) {
    const { body } = await sent({ user: id });
    const told = (body['metadata'] as { user_id?: string } | undefined)?.user_id;
    assert.ok(told === undefined || (told !== id && !told.includes('@')), told);
  }
  const { body } = await sent({ user: 'user-7' });
  assert.equal((body['metadata'] as { user_id?: string }).user_id, 'user-7');
});

test('thinking is left out where Anthropic would want thoughts that it has not been given', async () => {
  const conversations = [
    [user('x'), called('c1'), result('c1'), user('next')],
    [user('x'), called('c1'), result('c1')],
    [user('x'), called('c1'), result('c1'), { role: 'system', content: 'Be brief.' }],
    [user('x'), { role: 'assistant', content: 'Once upon' }],
  ];
  for (const messages of conversations) {
    const { body } = await sent({ messages, tools: [f], reasoning_effort: 'medium' });
    const thinking = body['thinking'] as { type?: string } | undefined;
    assert.ok(thinking === undefined || thinking.type === 'disabled', JSON.stringify(thinking));
  }
});

test('a schema without a type gets one, and a stop sequence of white space is refused by its name', async () => {
  const untyped = { type: 'function', function: { name: 'f', parameters: { properties: { a: {} } } } };
  const { body } = await sent({ stop: ['END'], tools: [untyped] });
  assert.deepEqual(body['stop_sequences'], ['END']);
  const [tool] = body['tools'] as readonly { input_schema: Block }[];
  assert.equal(tool?.input_schema['type'], 'object');
  const told = await wire.chat({ stop: ['\n', 'END'] });
  assert.deepEqual([told.status, (told.document['error'] as { param?: string }).param], [400, 'stop']);
});

test('numbers in a history keep their digits', async () => {
  const { text } = await sent({
    messages: [user('x'), called('c1', '{"id": 1234567890123456789, "e": 1e400}'), result('c1')],
    tools: [f],
  });
  assert.match(text, /1234567890123456789\b/);
  assert.match(text, /1e400/);
});

test('numbers in a model’s arguments keep their digits, streamed or not', async () => {
  const tools = [f];
  const input = '{"id":1234567890123456789,"amount":10}';
  const wholeWire = await world.wire(
    () => ({
      body: message([{ type: 'tool_use', id: 'toolu_1', name: 'f', input: { id: 0 } }], 'tool_use').replace(
        '{"id":0}',
        input,
      ),
    }),
    { kind: 'anthropic' },
  );
  const told = await wholeWire.chat({ tools });
  assert.match(told.text, /1234567890123456789/);

  const sse = (type: string, fields: string) => `event: ${type}\ndata: {"type":"${type}",${fields}}\n\n`;
  const streamWire = await world.wire(
    () => ({
      body: [
        sse(
          'message_start',
          '"message":{"id":"msg_1","type":"message","role":"assistant","model":"cx","content":[],"usage":{"input_tokens":100,"output_tokens":1}}',
        ),
        sse(
          'content_block_start',
          `"index":0,"content_block":{"type":"tool_use","id":"t1","name":"f","input":${input}}`,
        ),
        sse('content_block_stop', '"index":0'),
        sse('message_delta', '"delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":50}'),
        'event: message_stop\ndata: {"type":"message_stop"}\n\n',
      ],
    }),
    { kind: 'anthropic' },
  );
  const streamed = await streamWire.chat({ tools, stream: true });
  assert.equal(streamed.isDone, true, streamed.text);
  const written = streamed.events
    .map(
      (each) =>
        (each as { choices?: { delta?: { tool_calls?: { function?: { arguments?: string } }[] } }[] }).choices?.[0]
          ?.delta?.tool_calls?.[0]?.function?.arguments ?? '',
    )
    .join('');
  assert.equal(written.replaceAll(' ', ''), input);
  assert.equal(await streamWire.charged(), 200_000n);
});
