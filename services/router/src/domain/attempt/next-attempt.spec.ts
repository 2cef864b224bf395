import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { failureOfError } from './attempt-failure.ts';
import { errorKindOf } from './error-kind.ts';
import { ATTEMPTS_MAX, type FailedAttempt, nextAttempt } from './next-attempt.ts';

const silent = { kind: 'unknown', message: '', code: '', param: '' } as const;
const failed = (candidate: number, status: number, retryAfterMs?: number): FailedAttempt => ({
  ...failureOfError(errorKindOf(silent, status), status, retryAfterMs, null),
  candidate,
});

test('the first candidate is tried first, and the next one at once after a failure', () => {
  assert.deepEqual(nextAttempt([], 2, 0), { kind: 'try', candidate: 0, delayMs: 0 });
  assert.deepEqual(nextAttempt([failed(0, 503)], 2, 0), { kind: 'try', candidate: 1, delayMs: 0 });
});

test('a single candidate is asked once more, after a pause', () => {
  assert.deepEqual(nextAttempt([failed(0, 500)], 1, 0), { kind: 'try', candidate: 0, delayMs: 100 });
  assert.deepEqual(nextAttempt([failed(0, 500)], 1, 1), { kind: 'try', candidate: 0, delayMs: 300 });
  assert.deepEqual(nextAttempt([failed(0, 500), failed(0, 500)], 1, 0), { kind: 'give-up' });
});

test('a refused request is not sent anywhere else', () => {
  assert.deepEqual(nextAttempt([failed(0, 400)], 3, 0), { kind: 'give-up' });
});

test('a short Retry-After is honoured, a long one ends the trials', () => {
  assert.deepEqual(nextAttempt([failed(0, 429, 1_500)], 1, 0), { kind: 'try', candidate: 0, delayMs: 1_500 });
  assert.deepEqual(nextAttempt([failed(0, 429, 2_500)], 1, 0), { kind: 'give-up' });
});

test('a provider that refuses the key is not asked again, another one is', () => {
  assert.deepEqual(nextAttempt([failed(0, 401)], 1, 0), { kind: 'give-up' });
  assert.deepEqual(nextAttempt([failed(0, 401)], 2, 0), { kind: 'try', candidate: 1, delayMs: 0 });
});

test('there are never more attempts than the bound, however many candidates', () => {
  const history: FailedAttempt[] = [];
  for (;;) {
    const next = nextAttempt(history, 10, 0.5);
    if (next.kind === 'give-up') break;
    history.push(failed(next.candidate, 500));
  }
  assert.equal(history.length, ATTEMPTS_MAX);
});
