import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import { kindRows } from '../../providers/kind-rows.ts';
import { openAiCompact } from './format.ts';
import { SUMMARY_WISH } from './summary-wish.ts';

const { server, client } = openAiCompact;
const body = {
  model: 'm',
  instructions: 'Be brief.',
  input: [
    { role: 'user', content: 'Hi' },
    { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c', output: 'o' },
  ],
  tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }],
  text: { format: { type: 'json_object' }, verbosity: 'low' },
};
const end: AnswerEnd = { usage: { input: 7, output: 2 }, serviceTier: '' };

test('a model is asked for a summary at the end of the conversation, in prose and without a call', () => {
  const request = server.decode?.(body);
  assert.deepEqual(request?.messages.at(-1)?.content, [{ type: 'text', text: SUMMARY_WISH }]);
  assert.deepEqual(request?.settings, { toolChoice: { kind: 'none' } });
  assert.equal(request?.messages.length, 5);
  assert.deepEqual(server.decode?.({ model: 'm', input: 'Hi' }).settings, {}, 'no tools: no choice of them');
});

test('the bound has room for the wish', () => {
  const bytes = JSON.stringify(body).length;
  const read = server.ask(body, bytes);
  assert.ok('asked' in read && read.asked.promptTokensBound >= bytes + SUMMARY_WISH.length);
  assert.ok('asked' in read && !read.asked.stream);
  assert.ok('refusal' in server.ask({ ...body, stream: true }, bytes));
});

test('a bound in the request is no bound: a provider that compacts is never told of it', () => {
  const read = server.ask({ ...body, max_output_tokens: 1 }, 1_000);
  assert.ok('asked' in read && read.asked.outputTokensRequested === 0);
});

test("an answer has the user's messages and one compaction", () => {
  const context = { model: 'm', requestId: '0-1', body, nowS: 5 };
  const parts = [
    { type: 'reasoning-delta', choice: 0, text: 'thoughts' },
    { type: 'text-delta', choice: 0, text: 'They ' },
    { type: 'text-delta', choice: 0, text: 'said hi.\n' },
  ] as const;
  const document = JSON.parse(server.writeAnswer?.(parts, end, context) ?? '');
  assert.deepEqual([document.object, document.id, document.created_at], ['response.compaction', 'resp_01', 5]);
  assert.deepEqual(document.output, [
    {
      id: 'msg_01_0',
      type: 'message',
      status: 'completed',
      role: 'user',
      content: [{ type: 'input_text', text: 'Hi' }],
    },
    { id: 'cmp_01_1', type: 'compaction', summary: 'They said hi.' },
  ]);
  assert.deepEqual([document.usage.input_tokens, document.usage.output_tokens], [7, 2]);
});

test('a provider that compacts gets the bytes of its client, without what the call does not take', () => {
  const sent =
    '{"model":"m","input":[{"role":"user","content":"Hi", "n":1.0}],"previous_response_id":null,"store":false,"max_output_tokens":9}';
  const target = { model: 'gpt-5.6', stream: false, outputTokensMax: 5, rules: kindRows.openai, dropsUnplaced: false };
  const patched = client.patch(Buffer.from(sent), JSON.parse(sent), target).toString();
  assert.equal(patched, '{"model":"gpt-5.6","input":[{"role":"user","content":"Hi", "n":1.0}]}');
  assert.equal(client.path('/v1', { model: 'm', isStream: false }), '/v1/responses/compact');
});
