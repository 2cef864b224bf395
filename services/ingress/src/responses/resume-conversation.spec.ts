import assert from 'node:assert/strict';
import { openAiResponses } from '#ai/formats/openai-responses/format.ts';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { createMemoryConversations } from './conversations/testing.ts';
import { resumeConversation } from './resume-conversation.ts';
import { createMemoryResponses } from './testing.ts';

const store = createMemoryResponses();
const conversations = createMemoryConversations();
const user = (content: string) => `{"role":"user","content":"${content}"}`;

await store.keep(
  {
    ...{ userId: 'ada', id: 'r1', previousId: null, input: [user('one')] },
    response: JSON.stringify({
      id: 'r1',
      output: [
        { type: 'reasoning', id: 'rs_1', summary: [] },
        { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'x' },
        { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content: [] },
        { type: 'function_call', id: 'fc_1', status: 'completed', call_id: 'c1', name: 'f', arguments: '{}' },
      ],
    }),
  },
  30,
);
const response = '{"id":"r2","output":[{"type":"message","role":"assistant","n":9007199254740993}]}';
await store.keep({ userId: 'ada', id: 'r2', previousId: 'r1', input: ['{"type":"x"}'], response }, 30);

async function resume(body: string, userId = 'ada', bodyMaxBytes = 1_000_000) {
  const resumed = await resumeConversation(store, conversations, {
    ...{ userId, body: Buffer.from(body), bodyMaxBytes, room: async () => undefined, assertReadable: () => undefined },
    parsedBody: JSON.parse(body) as Record<string, unknown>,
  });
  return { ...resumed, body: resumed.body.toString() };
}

test('a request that goes on from nothing keeps its bytes, and its text is an item', async () => {
  const body = '{ "model": "m", "input": "hi" }';
  assert.deepEqual(await resume(body), { body, previousId: null, conversationId: null, input: [user('hi')] });
});

test('the turns before come first, in their order, without what a provider has not kept', async () => {
  const own = '{"role":"user","content":"three","n":12345678901234567890}';
  const { body, previousId, input } = await resume(`{"model":"m","input":[${own}],"previous_response_id":"r2"}`);
  assert.equal(previousId, 'r2');
  assert.deepEqual(input, [own]);
  assert.equal(
    body,
    `{"model":"m","input":[${[
      user('one'),
      '{"type":"reasoning","summary":[],"encrypted_content":"x","id":"rs_2"}',
      '{"type":"message","role":"assistant","content":[]}',
      '{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}',
      '{"type":"x"}',
      '{"type":"message","role":"assistant","n":9007199254740993}',
      own,
    ].join(',')}],"previous_response_id":"r2"}`,
  );
});

test('a response that is not there, is another’s, or is no id, is refused by its name', async () => {
  const body = (id: unknown) => JSON.stringify({ model: 'm', input: 'x', previous_response_id: id });
  const refused = (code: string) => (thrown: unknown) =>
    thrown instanceof Fault && thrown.code === code && thrown.refusal.param === 'previous_response_id';
  await assert.rejects(resume(body('nobody')), refused('not_found'));
  await assert.rejects(resume(body('r1'), 'eve'), refused('not_found'));
  await assert.rejects(resume(body(7)), refused('invalid_request'));
  await assert.rejects(resume(body('')), refused('invalid_request'));
  await assert.rejects(resume(body('r2'), 'ada', 10), refused('invalid_request'));
});

test('every turn of a conversation has the key of its first', async () => {
  const keyOf = (body: string): string | undefined => {
    const read = openAiResponses.server.ask(JSON.parse(body), body.length);
    assert.ok('asked' in read, JSON.stringify(read));
    return read.asked.conversationKey;
  };
  const turnOne = '{"model":"m","input":"one"}';
  const { body: turnTwo } = await resume('{"model":"m","input":"two","previous_response_id":"r1"}');
  const { body: turnThree } = await resume('{"model":"n","input":[],"previous_response_id":"r2"}');
  const keys = [turnOne, turnTwo, turnThree].map(keyOf);
  assert.equal(typeof keys[0], 'string');
  assert.equal(new Set(keys).size, 1);
});
