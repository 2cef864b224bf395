import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { failureOfCode, failureOfError } from './attempt-failure.ts';
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
    const failure = failureOfCode('upstream_cut', 200, retry);
    assert.deepEqual([failure.code, failure.status, failure.retry], ['upstream_cut', 200, retry]);
  }
});
