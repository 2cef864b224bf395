import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { openAiErrorBody } from './error-body.ts';

test('a refusal becomes the error document that OpenAI SDKs read, with every field there', () => {
  assert.deepEqual(openAiErrorBody({ code: 'insufficient_balance', message: 'Top up.' }), {
    error: { message: 'Top up.', type: 'insufficient_quota', param: null, code: 'insufficient_balance' },
  });
});

test('the field at fault is named in param', () => {
  assert.equal(openAiErrorBody({ code: 'invalid_request', message: 'No.', param: 'model' }).error.param, 'model');
});
