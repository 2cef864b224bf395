import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import { test } from '#testkit/test.ts';
import {
  API_KEY,
  aKey,
  aUser,
  data,
  end,
  head,
  model,
  startTestGateway,
  type TestGateway,
  USER_ID,
} from '../testing.ts';

const OTHER_KEY = `ak_${'o'.repeat(64)}`;

const said = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'My name is Ada.' }] };

async function* compaction(item: object): AsyncGenerator<CompleteFrame> {
  const document = { id: 'resp_1', object: 'response.compaction', created_at: 1, output: [said, item] };
  yield head('application/json');
  const text = JSON.stringify(document);
  yield* [data(text.slice(0, 50)), data(text.slice(50))];
  yield end;
}

const summarized = (summary: string) => () => compaction({ id: 'cmp_1', type: 'compaction', summary });

async function post(gateway: TestGateway, path: string, body: object, apiKey = API_KEY) {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: model.id, ...body }),
  });
  return { status: response.status, headers: response.headers, document: (await response.json()) as Document };
}

interface Item {
  readonly type: string;
  readonly encrypted_content?: string;
  readonly summary?: string;
}
interface Document {
  readonly output: readonly Item[];
  readonly error: { readonly code: string; readonly param: string | null; readonly message: string };
}

const compact = (gateway: TestGateway) => post(gateway, '/v1/responses/compact', { input: [said] });

test('a summary leaves sealed, and what comes next has it in the place of the item', async () => {
  await using gateway = await startTestGateway({ frames: summarized('Her name is Ada.') });
  const { status, document } = await compact(gateway);
  assert.equal(status, 200);
  const [first, item] = document.output;
  assert.deepEqual([first, item?.type, item?.summary], [said, 'compaction', undefined]);
  assert.match(item?.encrypted_content ?? '', /^gateway-summary-1:[\w-]+$/);

  const asked = { role: 'user', content: 'What is my name?' };
  await post(gateway, '/v1/responses', { input: [...document.output, asked], store: true });
  const input = gateway.completed[1]?.request.parsedBody['input'] as readonly Record<string, unknown>[];
  assert.deepEqual([input[0], input[2]], [said, asked]);
  assert.equal(input[1]?.['role'], 'developer');
  assert.match(JSON.stringify(input[1]), /Her name is Ada\./);
  assert.ok(gateway.admitted[1] && gateway.admitted[1].promptTokensBound > 'Her name is Ada.'.length);

  // Whatever is asked of a conversation has it: its count, and another compaction.
  await post(gateway, '/v1/responses/input_tokens', { input: document.output });
  await post(gateway, '/v1/responses/compact', { input: document.output });
  for (const body of [gateway.counted[0]?.body, gateway.completed[2]?.request.body]) {
    assert.match(String(body), /Her name is Ada\./);
  }
});

test("another user's compaction and a changed one are refused by name, before anything is admitted", async () => {
  await using gateway = await startTestGateway({ frames: summarized('Her name is Ada.') });
  gateway.registry.load({ case: 'user', value: aUser({ id: 'user-2' }) });
  gateway.registry.load({ case: 'key', value: aKey({ id: 'key-2', userId: 'user-2', apiKey: OTHER_KEY }) });
  const { output } = (await compact(gateway)).document;
  const changed = output.map((item) =>
    item.type === 'compaction' ? { ...item, encrypted_content: `${item.encrypted_content}AAAA` } : item,
  );
  for (const [input, apiKey] of [
    [output, OTHER_KEY],
    [changed, API_KEY],
  ] as const) {
    for (const path of ['/v1/responses', '/v1/responses/compact', '/v1/responses/input_tokens']) {
      const { status, document } = await post(gateway, path, { input }, apiKey);
      assert.deepEqual(
        [status, document.error.code, document.error.param],
        [400, 'invalid_request', 'input[1].encrypted_content'],
      );
    }
  }
  assert.deepEqual(
    gateway.admitted.map(({ userId }) => userId),
    [USER_ID],
  );
});

test("a provider's own compaction is passed on byte for byte, there and back", async () => {
  const own = { id: 'cmp_1', type: 'compaction', encrypted_content: 'gAAAA=' };
  await using gateway = await startTestGateway({ frames: () => compaction(own) });
  const { document } = await compact(gateway);
  assert.deepEqual(document.output[1], own);
  await post(gateway, '/v1/responses', { input: document.output });
  assert.deepEqual(gateway.completed[1]?.request.parsedBody['input'], document.output);
});

test('a model that wrote nothing has not compacted: nobody loses a conversation to an empty summary', async () => {
  await using gateway = await startTestGateway({ frames: summarized('') });
  const { status, headers, document } = await compact(gateway);
  assert.deepEqual([status, document.error.code], [502, 'summary_empty']);
  // The model is paid by now. SDKs repeat a 502 twice, and would pay for nothing twice more.
  assert.equal(headers.get('x-should-retry'), 'false');
});

test('a compaction goes on from a response that was kept, and is itself none', async () => {
  await using gateway = await startTestGateway({ frames: summarized('Her name is Ada.') });
  const response = JSON.stringify({
    id: 'resp_0',
    output: [{ type: 'message', role: 'assistant', content: 'Hello Ada' }],
  });
  await gateway.responses.keep(
    { userId: USER_ID, id: 'resp_0', previousId: null, input: [JSON.stringify(said)], response },
    1,
  );
  const { status } = await post(gateway, '/v1/responses/compact', { previous_response_id: 'resp_0' });
  assert.equal(status, 200);
  assert.match(String(gateway.completed[0]?.request.body), /My name is Ada.*Hello Ada/);
  assert.equal(await gateway.responses.read(USER_ID, 'resp_1'), undefined);
});

test('it streams nothing, and says so', async () => {
  await using gateway = await startTestGateway();
  const { status, document } = await post(gateway, '/v1/responses/compact', { input: 'Hi', stream: true });
  assert.deepEqual([status, document.error.param], [400, 'stream']);
});
