import assert from 'node:assert/strict';
import type { ProviderError } from '#ai/answer-decoder.ts';
import { test } from '#testkit/test.ts';
import { errorKindOf } from './error-kind.ts';

const said = (message: string, code = '', kind: ProviderError['kind'] = 'unknown'): ProviderError => ({
  kind,
  message,
  code,
  param: '',
});

test('a status alone says what kind of no it is', () => {
  const kinds: Readonly<Record<number, string>> = {
    301: 'unknown',
    400: 'request',
    401: 'key',
    402: 'balance',
    403: 'key',
    404: 'not-here',
    405: 'not-here',
    408: 'timeout',
    409: 'server',
    413: 'not-here',
    422: 'request',
    429: 'rate',
    500: 'server',
    503: 'overload',
    504: 'timeout',
    529: 'overload',
  };
  for (const [status, kind] of Object.entries(kinds)) assert.equal(errorKindOf(said(''), Number(status)), kind, status);
});

test('a prompt that is too long is known by code or words, in many providers’ own', () => {
  for (const error of [
    said('x', 'context_length_exceeded'),
    said("This model's maximum context length is 8192 tokens."),
    said('prompt is too long: 250000 tokens > 200000 maximum'),
    said('The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'),
    said('Input is too long for requested model.'),
  ]) {
    assert.equal(errorKindOf(error, 400), 'context-window', error.message);
  }
});

test('a filter is known by code or words, whatever status it has', () => {
  for (const [error, status] of [
    [said('x', 'content_filter'), 400],
    [said("The response was filtered due to the prompt triggering Azure OpenAI's content management policy."), 400],
    [said('x', 'data_inspection_failed'), 400],
    [said('Your request was rejected as a result of our safety system.'), 400],
    [said('flagged by moderation'), 403],
  ] as const) {
    assert.equal(errorKindOf(error, status), 'content-policy', error.message);
  }
});

test('an account without money is no rate that passes', () => {
  for (const [error, status] of [
    [said('You exceeded your current quota, please check your plan and billing details.', 'insufficient_quota'), 429],
    [said('Your credit balance is too low to access the Anthropic API.'), 400],
    [said('Insufficient Balance'), 402],
  ] as const) {
    assert.equal(errorKindOf(error, status), 'balance', error.message);
  }
});

test('a model that a provider does not have says nothing of the request', () => {
  assert.equal(errorKindOf(said('The model `x` does not exist', 'model_not_found'), 400), 'not-here');
  assert.equal(errorKindOf(said('no', '', 'request'), 404), 'not-here');
});

test('what a format says counts where words and status say no more', () => {
  assert.equal(errorKindOf(said('no', '', 'overload'), 200), 'overload');
  assert.equal(errorKindOf(said('no', '', 'rate'), 200), 'rate');
  assert.equal(errorKindOf(said('no'), 200), 'unknown');
});
