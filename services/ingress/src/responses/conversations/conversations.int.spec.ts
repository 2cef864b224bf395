import assert from 'node:assert/strict';
import type { CompleteFrame, CompleteRequest } from '#contracts/router.ts';
import { describe, test } from '#testkit/test.ts';
import {
  API_KEY,
  aKey,
  aUser,
  data,
  end,
  head,
  someSettings,
  startTestGateway,
  type TestGateway,
} from '../../testing.ts';
import { beginning, ending, eventually } from '../background/testing.ts';

type Fields = Readonly<Record<string, unknown>>;

const OTHER_KEY = `ak_${'o'.repeat(64)}`;

async function call(gateway: TestGateway, method: string, path: string, body?: Fields, apiKey = API_KEY) {
  const response = await fetch(`${gateway.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, document: text.startsWith('{') ? JSON.parse(text) : {} };
}

const output = [
  { type: 'message', id: 'msg_of_the_answer', role: 'assistant', content: [{ type: 'output_text', text: 'Ada' }] },
];

async function* answer({ stream }: CompleteRequest): AsyncGenerator<CompleteFrame> {
  if (stream) {
    yield* beginning;
    yield* ending;
    return;
  }
  yield head('application/json');
  yield data(JSON.stringify({ id: 'resp_1', object: 'response', status: 'completed', model: 'gpt-test-1', output }));
  yield end;
}

const user = (content: string) => ({ role: 'user', content });
const ask = (gateway: TestGateway, body: Fields) =>
  call(gateway, 'POST', '/responses', { model: 'gpt-test', input: 'And?', ...body });

async function begun(gateway: TestGateway, body: Fields = {}): Promise<string> {
  const { status, document, text } = await call(gateway, 'POST', '/conversations', body);
  assert.equal(status, 200, text);
  return document.id;
}

const texts = async (gateway: TestGateway, id: string): Promise<readonly string[]> => {
  const { document } = await call(gateway, 'GET', `/conversations/${id}/items?order=asc`);
  return document.data.map((item: { content: { text: string }[] }) => item.content[0]?.text);
};

test('an id with a NUL, which no database takes, is refused wherever it stands', async () => {
  await using gateway = await startTestGateway({ frames: answer });
  const id = await begun(gateway);
  for (const path of ['/responses/%00', '/conversations/a%00b', `/conversations/${id}/items/%00`]) {
    assert.equal((await call(gateway, 'GET', path)).status, 404, path);
  }
  const page = await call(gateway, 'GET', `/conversations/${id}/items?after=%00`);
  assert.deepEqual([page.status, page.document.error?.param], [400, 'after']);
  for (const field of ['previous_response_id', 'conversation']) {
    const { status, document } = await ask(gateway, { [field]: 'a\0b' });
    assert.deepEqual([status, document.error?.param], [400, field]);
  }
});

describe('a conversation', () => {
  test('is added to by nobody once nothing is to be kept, and can be read and deleted', async () => {
    await using gateway = await startTestGateway({ frames: answer });
    const id = await begun(gateway, { items: [user('I am Ada.')] });
    gateway.registry.load({ case: 'settings', value: someSettings({ keepsNoResponses: true }) });
    for (const refused of [
      await ask(gateway, { conversation: id }),
      await call(gateway, 'POST', `/conversations/${id}/items`, { items: [user('More')] }),
    ]) {
      assert.equal(refused.status, 400, refused.text);
      assert.match(refused.document.error.message, /keeps no conversations/);
    }
    assert.deepEqual(await texts(gateway, id), ['I am Ada.']);
    assert.equal((await call(gateway, 'DELETE', `/conversations/${id}`)).status, 200);
  });

  test('is begun, shown, changed and deleted', async () => {
    await using gateway = await startTestGateway({ frames: answer });
    const id = await begun(gateway, { metadata: { topic: 'names' }, items: [user('I am Ada.')] });
    assert.match(id, /^conv_[0-9a-f]{32}$/);
    const { document } = await call(gateway, 'GET', `/conversations/${id}`);
    assert.deepEqual([document.object, document.metadata], ['conversation', { topic: 'names' }]);
    const changed = await call(gateway, 'POST', `/conversations/${id}`, { metadata: { topic: 'tea' } });
    assert.deepEqual(changed.document, { ...document, metadata: { topic: 'tea' } });
    const deleted = await call(gateway, 'DELETE', `/conversations/${id}`);
    assert.deepEqual(deleted.document, { id, object: 'conversation.deleted', deleted: true });
    for (const [method, path, body] of [
      ['GET', ''],
      ['POST', '', { metadata: {} }],
      ['DELETE', ''],
      ['GET', '/items'],
      ['POST', '/items', { items: [user('x')] }],
      ['GET', '/items/x'],
      ['DELETE', '/items/x'],
    ] as const) {
      assert.equal((await call(gateway, method, `/conversations/${id}${path}`, body)).status, 404, method + path);
    }
    assert.equal((await ask(gateway, { conversation: id })).status, 404);
  });

  test('has its items page by page, each under its own id', async () => {
    await using gateway = await startTestGateway();
    const id = await begun(gateway);
    const added = await call(gateway, 'POST', `/conversations/${id}/items`, {
      items: [user('one'), { type: 'function_call_output', call_id: 'c', output: 'two' }, user('three')],
    });
    const ids = added.document.data.map((item: { id: string }) => item.id);
    assert.match(ids.join(' '), /^msg_\w+ fco_\w+ msg_\w+$/);
    const first = await call(gateway, 'GET', `/conversations/${id}/items?order=asc&limit=2`);
    assert.deepEqual(
      [first.document.first_id, first.document.last_id, first.document.has_more],
      [ids[0], ids[1], true],
    );
    const rest = await call(gateway, 'GET', `/conversations/${id}/items?order=asc&after=${ids[1]}`);
    assert.deepEqual([rest.document.data.length, rest.document.has_more], [1, false]);
    const newest = await call(gateway, 'GET', `/conversations/${id}/items?limit=1`);
    assert.equal(newest.document.data[0].id, ids[2]);
    assert.equal((await call(gateway, 'GET', `/conversations/${id}/items?after=nothing`)).status, 400);

    const one = await call(gateway, 'GET', `/conversations/${id}/items/${ids[0]}`);
    assert.deepEqual(one.document.content, [{ type: 'input_text', text: 'one' }]);
    assert.equal((await call(gateway, 'DELETE', `/conversations/${id}/items/${ids[0]}`)).document.id, id);
    assert.equal((await call(gateway, 'GET', `/conversations/${id}/items/${ids[0]}`)).status, 404);
  });

  test('comes before the input of a response, and has the turn after it', async () => {
    await using gateway = await startTestGateway({ frames: answer });
    const id = await begun(gateway, { items: [user('I am Ada.')] });
    const first = await ask(gateway, { conversation: id, input: 'Who am I?' });
    assert.deepEqual(first.document.conversation, { id });
    const sent = gateway.completed[0]?.request.parsedBody ?? assert.fail();
    assert.deepEqual(sent['input'], [user('I am Ada.'), user('Who am I?')]);
    assert.equal('conversation' in sent, false);
    assert.deepEqual(await texts(gateway, id), ['I am Ada.', 'Who am I?', 'Ada']);
    const { document } = await call(gateway, 'GET', `/conversations/${id}/items/msg_of_the_answer`);
    assert.equal(document.role, 'assistant');

    const second = await ask(gateway, { conversation: { id }, input: 'Sure?', store: false });
    assert.equal(second.status, 200, second.text);
    const input = JSON.stringify(gateway.completed[1]?.request.parsedBody['input']);
    assert.match(input, /I am Ada.*Who am I.*"text":"Ada".*Sure/);
    assert.equal((await texts(gateway, id)).length, 5);
  });

  test('has the turns of streams, and of responses in the background', async () => {
    await using gateway = await startTestGateway({ frames: answer });
    const id = await begun(gateway);
    const streamed = await ask(gateway, { conversation: id, input: 'one', stream: true });
    assert.match(streamed.text, new RegExp(`response.completed.*"conversation":\\{"id":"${id}"\\}`, 's'));
    assert.deepEqual(await texts(gateway, id), ['one', 'Hello']);
    const background = await ask(gateway, { conversation: id, input: 'two', background: true });
    assert.deepEqual(background.document.conversation, { id });
    const all = await eventually(
      () => texts(gateway, id),
      (items) => items.length === 4,
    );
    assert.deepEqual(all, ['one', 'Hello', 'two', 'Hello']);
  });

  test('has nothing of a turn that failed', async () => {
    await using gateway = await startTestGateway({
      async *frames() {
        yield* beginning;
        const failure = { code: 'upstream_cut', message: 'Cut.', providerBody: null, providerStatus: 0 } as const;
        yield { kind: 'failure', failure };
      },
    });
    const id = await begun(gateway, { items: [user('I am Ada.')] });
    // Its connection is broken off.
    await ask(gateway, { conversation: id, stream: true }).catch(() => undefined);
    await ask(gateway, { conversation: id, stream: true, background: true });
    assert.deepEqual(await texts(gateway, id), ['I am Ada.']);
  });

  test('is counted with a prompt', async () => {
    await using gateway = await startTestGateway();
    const id = await begun(gateway, { items: [user('I am Ada.')] });
    const body = { model: 'gpt-test', input: 'Who?', conversation: id };
    const { status, text } = await call(gateway, 'POST', '/responses/input_tokens', body);
    assert.equal(status, 200, text);
    assert.match(gateway.counted[0]?.body.toString() ?? '', /I am Ada.*Who/);
  });

  test('is its owner’s alone', async () => {
    await using gateway = await startTestGateway({ frames: answer });
    gateway.registry.load({ case: 'user', value: aUser({ id: 'user-2' }) });
    gateway.registry.load({ case: 'key', value: aKey({ id: 'key-2', userId: 'user-2', apiKey: OTHER_KEY }) });
    const id = await begun(gateway, { items: [user('Secret')] });
    const asked = { model: 'gpt-test', input: 'And?', conversation: id };
    assert.equal((await call(gateway, 'POST', '/responses', asked, OTHER_KEY)).status, 404);
    for (const [method, path, body] of [
      ['GET', ''],
      ['POST', '', { metadata: {} }],
      ['DELETE', ''],
      ['GET', '/items'],
      ['POST', '/items', { items: [user('x')] }],
    ] as const) {
      assert.equal((await call(gateway, method, `/conversations/${id}${path}`, body, OTHER_KEY)).status, 404);
    }
    assert.deepEqual(await texts(gateway, id), ['Secret']);
  });

  test('gives a key nothing that a model said which the key may not use', async () => {
    await using gateway = await startTestGateway({ frames: answer });
    const id = await begun(gateway);
    await ask(gateway, { conversation: id });
    gateway.registry.load({ case: 'key', value: aKey({ allowedModels: ['other-*'] }) });
    const { status, document } = await call(gateway, 'GET', `/conversations/${id}/items`);
    assert.deepEqual([status, document.error.code], [403, 'model_not_allowed']);
    assert.equal((await call(gateway, 'GET', `/conversations/${id}/items/msg_of_the_answer`)).status, 403);
    gateway.registry.load({ case: 'key', value: aKey({ allowedModels: ['gpt-*'] }) });
    assert.equal((await call(gateway, 'GET', `/conversations/${id}/items`)).status, 200);
  });

  const refusals: readonly [string, string, Fields, string][] = [
    ['more items than are taken', '/conversations', { items: Array.from({ length: 21 }, () => user('x')) }, 'items'],
    ['items that are none', '/conversations', { items: ['x'] }, 'items[0]'],
    ['metadata that is none', '/conversations', { metadata: { a: 1 } }, 'metadata'],
    ['what was before, said twice', '/responses', { conversation: 'c', previous_response_id: 'r' }, 'conversation'],
    ['a conversation without an id', '/responses', { conversation: {} }, 'conversation'],
    ['one that is not there', '/responses', { conversation: 'conv_x' }, 'conversation'],
  ];
  for (const [name, path, body, param] of refusals) {
    test(`refuses ${name}`, async () => {
      await using gateway = await startTestGateway();
      const { status, document, text } = await call(gateway, 'POST', path, { model: 'gpt-test', input: 'x', ...body });
      assert.ok(status === 400 || status === 404, text);
      assert.equal(document.error.param, param);
      assert.deepEqual(gateway.admitted, []);
    });
  }
});
