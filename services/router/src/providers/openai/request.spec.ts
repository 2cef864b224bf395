import assert from 'node:assert/strict';
import type { CompleteRequest } from '#contracts/router.ts';
import { test } from '#testkit/test.ts';
import { encodeOpenAiRequest } from './request.ts';

function requestOf(text: string, stream = false, outputTokensMax = 500): CompleteRequest {
  return {
    requestId: 'r',
    userId: 'u',
    body: Buffer.from(text),
    parsedBody: JSON.parse(text),
    stream,
    candidates: [],
    outputTokensMax,
    promptTokensBound: 100,
    outputTokensBound: 500,
    admissionEventId: 'a',
  };
}

const encode = (request: CompleteRequest, model = 'm') => {
  const { body, isUsageHidden } = encodeOpenAiRequest(request, model, 'max_completion_tokens');
  return { text: body.toString(), body, isUsageHidden };
};

test('a body that needs nothing is passed on as the very same bytes', () => {
  const request = requestOf('{ "model":"m",  "max_tokens": 5, "x_unknown": {"deep":[1.0, 1e3]} }');
  assert.equal(encode(request).body, request.body);
});

test('the admitted bound is written in after the first brace where the client left it open', () => {
  const text = ' {"model":"m","messages":[{"role":"user","content":"ß {"}],"seed":12345678901234567890}';
  assert.equal(
    encode(requestOf(text)).text,
    ' {"max_completion_tokens":500,"model":"m","messages":[{"role":"user","content":"ß {"}],"seed":12345678901234567890}',
  );
});

test('a stream is asked for its usage, and the chunk is hidden from a client that did not ask', () => {
  const { text, isUsageHidden } = encode(requestOf('{"model":"m","max_tokens":5,"stream":true}', true));
  assert.equal(text, '{"stream_options":{"include_usage":true},"model":"m","max_tokens":5,"stream":true}');
  assert.equal(isUsageHidden, true);
});

test('a client that asked for usage gets it, its bytes untouched', () => {
  const request = requestOf('{"model":"m","max_tokens":5,"stream":true,"stream_options":{"include_usage":true}}', true);
  assert.deepEqual([encode(request).body === request.body, encode(request).isUsageHidden], [true, false]);
});

test('stream options without usage keep what else they say', () => {
  const text = '{"model":"m","max_tokens":5,"stream":true,"stream_options":{"include_usage":false,"x":1}}';
  assert.deepEqual(JSON.parse(encode(requestOf(text, true)).text).stream_options, { include_usage: true, x: 1 });
});

test('a null bound counts as left open, and is replaced, not doubled', () => {
  const { text } = encode(requestOf('{"model":"m","max_completion_tokens":null}'));
  assert.equal(text, '{"model":"m","max_completion_tokens":500}');
});

test('no bound above the admitted one leaves the gateway', () => {
  const { text } = encode(requestOf('{"model":"m","max_tokens":501,"max_completion_tokens":7}'));
  assert.deepEqual(JSON.parse(text), { model: 'm', max_tokens: 500, max_completion_tokens: 7 });
});

test('the model is renamed where the client prefixed it with the provider', () => {
  assert.deepEqual(JSON.parse(encode(requestOf('{"model":"openai/m","max_tokens":5}')).text), {
    model: 'm',
    max_tokens: 5,
  });
});

test('an empty object and duplicate keys stay valid JSON with one meaning', () => {
  assert.deepEqual(JSON.parse(encode(requestOf('{ }')).text), { model: 'm', max_completion_tokens: 500 });
  const twice = encode(requestOf('{"model":"m","max_tokens":900,"max_tokens":6}'));
  assert.equal(JSON.parse(twice.text).max_tokens, 6);
});
