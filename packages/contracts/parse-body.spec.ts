import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { parseBody } from './parse-body.ts';

describe('the body of an event', () => {
  test('has the fields that were added after it was written', () => {
    const old = '{"requestId":"r","userId":"u","amountNanoUsd":"5"}';
    assert.deepEqual(parseBody('ChargePosted', old), {
      requestId: 'r',
      userId: 'u',
      amountNanoUsd: '5',
      payerKind: '',
      payerId: '',
      provider: '',
    });
  });

  test('keeps what it says of them', () => {
    assert.deepEqual(parseBody('PricePublished', '{"effectiveAtMs":"7"}'), { effectiveAtMs: '7' });
  });

  test('of a type that nothing was added to is what was written', () => {
    assert.deepEqual(parseBody('TermBegan', '{"epoch":3}'), { epoch: 3 });
  });
});
