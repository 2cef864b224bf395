import assert from 'node:assert/strict';
import type { ProviderErrorKind } from '#ai/answer-decoder.ts';
import { test } from '#testkit/test.ts';
import { failureOfCode, failureOfError, isOfRequest } from './attempt-failure.ts';
import { errorKindOf } from './error-kind.ts';

const silent = { kind: 'unknown', message: '', code: '', param: '' } as const;

test('each status has one meaning and one way on', () => {
  const expected: Record<number, [string, string]> = {
    301: ['upstream_invalid_response', 'elsewhere'],
    400: ['upstream_refused', 'never'],
    401: ['upstream_unauthorized', 'elsewhere'],
    402: ['upstream_unauthorized', 'elsewhere'],
    403: ['upstream_unauthorized', 'elsewhere'],
    404: ['upstream_refused', 'elsewhere'],
    405: ['upstream_refused', 'elsewhere'],
    408: ['upstream_timeout', 'anywhere'],
    409: ['upstream_error', 'anywhere'],
    413: ['upstream_refused', 'elsewhere'],
    422: ['upstream_refused', 'never'],
    429: ['upstream_rate_limited', 'anywhere'],
    500: ['upstream_error', 'anywhere'],
    504: ['upstream_timeout', 'anywhere'],
    529: ['upstream_error', 'anywhere'],
  };
  for (const [status, [code, retry]] of Object.entries(expected)) {
    const failure = failureOfError(errorKindOf(silent, Number(status)), Number(status), undefined, null);
    assert.deepEqual([failure.code, failure.retry, failure.status], [code, retry, Number(status)]);
  }
});

test('a failure of our own finding is retried as the one who found it says', () => {
  for (const retry of ['never', 'elsewhere', 'anywhere'] as const) {
    const failure = failureOfCode('upstream_cut', 'cut', 200, retry);
    assert.deepEqual(
      [failure.code, failure.failure, failure.status, failure.retry],
      ['upstream_cut', 'cut', 200, retry],
    );
  }
});

test('a no to the request says nothing against the provider, a missing model does', () => {
  const isOf = (status: number, kind?: ProviderErrorKind) =>
    isOfRequest(failureOfError(kind ?? errorKindOf(silent, status), status, undefined, null));
  assert.deepEqual([isOf(400), isOf(422), isOf(413), isOf(415)], [true, true, true, true]);
  assert.deepEqual([isOf(400, 'context-window'), isOf(403, 'content-policy')], [true, true]);
  assert.deepEqual([isOf(404), isOf(405), isOf(429), isOf(500), isOf(401)], [false, false, false, false, false]);
});
