import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { NoPlace } from '../../format.ts';
import { anthropicMessages } from './format.ts';
import { messagesHeaders } from './headers.ts';
import { patchMessagesRequest } from './patch.ts';
import { anthropicRules, testTarget } from './testing.ts';

const patch = (text: string, target = {}) =>
  patchMessagesRequest(
    Buffer.from(text),
    JSON.parse(text),
    testTarget({ model: 'm', outputTokensMax: 100, ...target }),
  ).toString();

test('a request that asks for no more than was admitted, by the name of the provider, is the very same bytes', () => {
  const body = Buffer.from('{ "model":"m", "max_tokens": 100 }');
  assert.equal(
    patchMessagesRequest(body, JSON.parse(body.toString()), testTarget({ model: 'm', outputTokensMax: 100 })),
    body,
  );
});

test('the model and the bound are put in, and no other byte changes', () => {
  assert.equal(
    patch('{"n": 1234567890123456789, "model":"client/m" ,"max_tokens":\t5000,"temperature": 1.0,"x":{"model":"y"}}'),
    '{"n": 1234567890123456789, "model":"m","max_tokens":100,"temperature": 1.0,"x":{"model":"y"}}',
  );
});

test('a bound that is lower stays, also one of nothing', () => {
  assert.equal(patch('{"model":"m","max_tokens":7}'), '{"model":"m","max_tokens":7}');
  assert.equal(patch('{"model":"m","max_tokens":0}'), '{"model":"m","max_tokens":0}');
});

test('a stream is asked for where it is wanted', () => {
  assert.equal(patch('{"model":"m","max_tokens":7}', { stream: true }), '{"stream":true,"model":"m","max_tokens":7}');
  assert.equal(patch('{"model":"m","max_tokens":7,"stream":true}'), '{"model":"m","max_tokens":7,"stream":false}');
});

test('a budget of thinking stays below a bound that was lowered', () => {
  assert.equal(
    patch('{"model":"m","max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":8000}}', {
      outputTokensMax: 4_000,
    }),
    '{"model":"m","max_tokens":4000,"thinking":{"type":"enabled","budget_tokens":3999}}',
  );
});

describe('thoughts that another model had', () => {
  const carried = '{"type":"thinking","thinking":"a","signature":"gateway-proof:openai-responses:encrypted::x"}';
  const unsigned = '{"type":"thinking","thinking":"a","signature":""}';
  const own = '{"type":"thinking","thinking":"a","signature":"c2ln"}';
  const said = '{"type":"tool_use","id":"t","name":"f","input":{"n":1234567890123456789}}';
  const conversation = (...blocks: readonly string[]) =>
    `{"model":"claude-x","max_tokens":7,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[${blocks.join()}]}],"n":1.0}`;

  test('do not go to Claude, which refuses them; all other bytes and digits stay', () => {
    const patched = patch(conversation(unsigned, own, carried, said), { model: 'claude-x' });
    assert.equal(patched, conversation(own, said));
  });

  test('go as they are to other models, which know no signatures, but for what the gateway carries', () => {
    const text = conversation(unsigned, said).replace('claude-x', 'glm-5');
    assert.equal(patch(text, { model: 'glm-5' }), text);
    assert.equal(patch(conversation(carried, said), { model: 'claude-x' }), conversation(said));
  });

  test('leave no message behind that has nothing else', () => {
    assert.equal(
      patch(conversation(unsigned), { model: 'claude-x' }),
      '{"model":"claude-x","max_tokens":7,"messages":[{"role":"user","content":"x"}],"n":1.0}',
    );
  });
});

test('fields go by the names of the provider, and those that it refuses have no place', () => {
  const rules = { ...anthropicRules, refused: ['metadata'], renamed: { top_k: 'topK' } };
  const body = '{"model":"m","max_tokens":7,"metadata":{},"top_k":3}';
  assert.throws(() => patch(body, { rules }), NoPlace);
  assert.equal(patch(body, { rules, dropsUnplaced: true }), '{"model":"m","max_tokens":7,"topK":3}');
});

test('the client says its version itself; else the one that translated requests are written for is sent', () => {
  assert.deepEqual(messagesHeaders({}, {}), { 'anthropic-version': '2023-06-01' });
  const own = { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a,b' };
  assert.deepEqual(messagesHeaders(own, anthropicRules), own);
});

test('the path is behind the version of the base URL, which may have it already', () => {
  const { path } = anthropicMessages.client;
  const asked = { model: 'm', isStream: false };
  assert.equal(path('', asked), '/v1/messages');
  assert.equal(path('/v1', asked), '/v1/messages');
  assert.equal(path('/anthropic', asked), '/anthropic/v1/messages');
});
