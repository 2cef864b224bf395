import assert from 'node:assert/strict';
import type { ProviderErrorKind } from '#ai/answer-decoder.ts';
import { test } from '#testkit/test.ts';
import { failureOfError } from './attempt-failure.ts';
import { failureTold, RATE_LIMIT_RETRY_AFTER_MS } from './failure-told.ts';

const failure = (kind: ProviderErrorKind, retryAfterMs?: number) => failureOfError(kind, 418, retryAfterMs, null);

test('where all providers limit the rate, the client is told the shortest of their waits', () => {
  const told = failureTold([failure('rate', 9_000), failure('rate', 3_000), failure('rate', 7_000)]);
  assert.deepEqual([told?.code, told?.retryAfterMs], ['upstream_rate_limited', 3_000]);
  assert.equal(failureTold([failure('rate', 9_000), failure('rate')])?.retryAfterMs, RATE_LIMIT_RETRY_AFTER_MS);
});

test('otherwise the last failure counts', () => {
  assert.equal(failureTold([failure('rate', 9_000), failure('server')])?.code, 'upstream_error');
  assert.equal(failureTold([]), null);
});

test('a key or a missing model of one provider does not hide what another has said', () => {
  assert.equal(failureTold([failure('rate', 4_000), failure('key'), failure('not-here')])?.retryAfterMs, 4_000);
  assert.equal(failureTold([failure('server'), failure('balance')])?.code, 'upstream_error');
  assert.equal(failureTold([failure('not-here'), failure('key')])?.code, 'upstream_unauthorized');
});
