import assert from 'node:assert/strict';
import { parseObject } from '#kernel/json.ts';
import { test } from '#testkit/test.ts';
import { createSseReader } from '../../sse/sse-reader.ts';
import { errorEvent } from './error-event.ts';
import { errorBody, providerErrorBody, readError } from './errors.ts';
import { readStream } from './testing.ts';

test('the kind of an error is told by its code, its status and its words', () => {
  const rows: readonly (readonly [status: number, error: object, kind: string])[] = [
    [400, { code: 'context_length_exceeded' }, 'context-window'],
    [400, { message: "This model's maximum context length is 8192 tokens." }, 'context-window'],
    [400, { code: 'content_policy_violation' }, 'content-policy'],
    [400, { type: 'invalid_request_error', param: 'input' }, 'request'],
    [422, {}, 'request'],
    [401, { code: 'invalid_api_key' }, 'key'],
    [403, {}, 'key'],
    [402, {}, 'balance'],
    [429, { code: 'insufficient_quota' }, 'balance'],
    [429, { code: 'rate_limit_exceeded', type: 'tokens' }, 'rate'],
    [429, {}, 'rate'],
    [404, { code: 'model_not_found' }, 'not-here'],
    [405, {}, 'not-here'],
    [413, {}, 'not-here'],
    [500, { type: 'server_error' }, 'server'],
    [503, {}, 'overload'],
    [503, { code: 'slow_down' }, 'overload'],
    [504, {}, 'timeout'],
    [302, {}, 'unknown'],
  ];
  for (const [status, error, kind] of rows) {
    assert.equal(readError(status, { error }, '').kind, kind, `${status} ${JSON.stringify(error)}`);
  }
});

test('an error of any form has its words', () => {
  assert.equal(readError(400, { error: 'no' }, '').message, 'no');
  assert.equal(readError(400, { code: 'x', error: 'no' }, '').code, 'x');
  assert.equal(readError(400, { message: 'no', code: 7 }, '').code, '7');
  assert.equal(readError(400, { detail: 'no' }, '').message, 'no');
  assert.equal(readError(502, null, ' <html>Bad gateway</html>').message, '<html>Bad gateway</html>');
});

test('refusals and errors of providers are documents that the SDKs read', () => {
  assert.deepEqual(errorBody({ code: 'insufficient_balance', message: 'No money.' }), {
    error: { message: 'No money.', type: 'insufficient_quota', param: null, code: 'insufficient_balance' },
  });
  const error = { kind: 'context-window', message: 'Too long.', code: '', param: 'input' } as const;
  assert.deepEqual(providerErrorBody(error, 400), {
    error: { message: 'Too long.', type: 'invalid_request_error', param: 'input', code: 'context_length_exceeded' },
  });
  assert.deepEqual(providerErrorBody({ kind: 'unknown', message: '', code: '', param: '' }, 418), {
    error: {
      message: 'The provider answered with status 418.',
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
  });
});

const codeOf = (code: Parameters<typeof errorEvent>[0]['code'], retryAfterMs?: number) => {
  const text = errorEvent({ code, message: 'Words.', retryAfterMs }, 'id');
  const events = createSseReader().push(Buffer.from(text));
  assert.deepEqual(
    events.map(({ name }) => name),
    ['error', 'response.failed'],
  );
  const [error, failed] = events.map(({ data }) => parseObject(data));
  const response = JSON.parse(JSON.stringify(failed?.['response']));
  assert.deepEqual([error?.['code'], error?.['message']], [response.error.code, response.error.message]);
  return [response.error.code, response.error.message];
};

test('a failure in the middle of a stream has the code and the words that Codex acts on', () => {
  assert.deepEqual(codeOf('insufficient_balance'), ['insufficient_quota', 'Words.']);
  assert.deepEqual(codeOf('quota_exceeded', 2_500), ['rate_limit_exceeded', 'Words. Please try again in 3s.']);
  assert.deepEqual(codeOf('upstream_rate_limited'), ['rate_limit_exceeded', 'Words.']);
  assert.deepEqual(codeOf('upstream_cut'), ['server_error', 'Words.']);
  assert.deepEqual(codeOf('upstream_refused'), ['invalid_prompt', 'Words.']);
  assert.ok(/try again in\s*(\d+(?:\.\d+)?)\s*(s|ms|seconds?)/i.test(codeOf('rate_limit_exceeded', 100)[1] ?? ''));
});

test('a failure that is told is read as one', () => {
  const text = errorEvent({ code: 'quota_exceeded', message: 'Words.', retryAfterMs: 1_000 }, 'id');
  const reader = readStream(Buffer.from(text));
  assert.equal(reader.readEnd(), 'failed');
  assert.equal(reader.failure()?.kind, 'rate');
});
