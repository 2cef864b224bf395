import assert from 'node:assert/strict';
import { parseObject } from '#kernel/json.ts';
import { test } from '#testkit/test.ts';
import { createSseReader } from '../../sse/sse-reader.ts';
import { errorEvent } from './error-event.ts';
import { readStream } from './testing.ts';

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

test('stops and spaces at the end of the words give way to the delay, however many they are', () => {
  const text = errorEvent({ code: 'quota_exceeded', message: `A. b${'. \n'.repeat(3)}`, retryAfterMs: 1_000 }, 'id');
  assert.ok(text.includes('"A. b. Please try again in 1s."'), text);
});
