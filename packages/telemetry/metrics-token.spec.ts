import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { metricsTokenCheck } from './metrics-token.ts';

test('without a token anyone may read, with one only those who send it', () => {
  assert.equal(metricsTokenCheck(undefined)(undefined), true);
  const mayRead = metricsTokenCheck('a-token-for-metrics');
  assert.equal(mayRead('Bearer a-token-for-metrics'), true);
  for (const given of [undefined, '', 'a-token-for-metrics', 'Bearer a-token-for-metric', 'Bearer ']) {
    assert.equal(mayRead(given), false, String(given));
  }
});
