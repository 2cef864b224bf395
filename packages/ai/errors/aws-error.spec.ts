import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import type { ProviderErrorKind } from '../answer-decoder.ts';
import { anthropicMessages } from '../formats/anthropic-messages/format.ts';
import { bedrockConverse } from '../formats/bedrock-converse/format.ts';
import { openAiChat } from '../formats/openai-chat/format.ts';

/** Refusals as Bedrock gives them: status, the exception of the header, and the words. */
const cases: readonly (readonly [ProviderErrorKind, number, string, string])[] = [
  ['rate', 429, 'ThrottlingException', 'Too many tokens, please wait before trying again.'],
  ['rate', 400, 'ServiceQuotaExceededException', 'Your request exceeds the service quota for your account.'],
  ['key', 403, 'UnrecognizedClientException', 'The security token included in the request is invalid.'],
  ['key', 403, 'ExpiredTokenException', 'The security token included in the request is expired'],
  ['key', 403, 'InvalidSignatureException', 'The request signature we calculated does not match.'],
  [
    'key',
    403,
    'AccessDeniedException',
    'User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel',
  ],
  ['not-here', 403, 'AccessDeniedException', "You don't have access to the model with the specified model ID."],
  ['balance', 403, 'AccessDeniedException', 'INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.'],
  ['context-window', 400, 'ValidationException', 'Input is too long for requested model.'],
  ['context-window', 400, 'ValidationException', 'prompt is too long: 210000 tokens > 200000 maximum'],
  [
    'context-window',
    400,
    'ValidationException',
    'input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000',
  ],
  ['not-here', 400, 'ValidationException', 'The provided model identifier is invalid.'],
  [
    'not-here',
    400,
    'ValidationException',
    'Invocation of model ID x with on-demand throughput isn’t supported. Retry with an inference profile.',
  ],
  ['not-here', 404, 'ResourceNotFoundException', 'This Model is marked by provider as Legacy.'],
  [
    'request',
    400,
    'ValidationException',
    'The text field in the ContentBlock object at messages.0.content.0 is blank.',
  ],
  ['overload', 429, 'ModelNotReadyException', 'The model is not ready.'],
  ['overload', 503, 'ServiceUnavailableException', 'Bedrock is unable to process your request.'],
  ['timeout', 408, 'ModelTimeoutException', 'The model took too long.'],
  ['server', 424, 'ModelErrorException', 'The request failed while the model was at work.'],
  ['server', 500, 'InternalServerException', 'The system encountered an unexpected error.'],
  ['overload', 503, '', 'Service Unavailable'],
];

describe('a refusal of Amazon’s is understood by its header, at Converse and at the door to Claude', () => {
  for (const [kind, status, name, message] of cases) {
    test(`${status} ${name} "${message.slice(0, 50)}" is of the kind ${kind}`, () => {
      const headers = name === '' ? {} : { 'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/` };
      for (const { name: format, client } of [bedrockConverse, anthropicMessages, openAiChat]) {
        for (const document of [{ message }, { Message: message }]) {
          const error = client.readError(status, document, JSON.stringify(document), headers);
          assert.deepEqual([error.kind, error.code], [kind, name]);
          if (format === 'bedrock-converse' || name !== '') assert.equal(error.message, message);
        }
      }
    });
  }
});

test('where no header says it, the document does; a model’s own words are told where it has some', () => {
  const { readError } = bedrockConverse.client;
  const typed = { __type: 'com.amazon.coral.service#ThrottlingException', message: 'Rate exceeded' };
  assert.deepEqual(readError(400, typed, ''), {
    kind: 'rate',
    message: 'Rate exceeded',
    code: 'ThrottlingException',
    param: '',
  });
  const own = { message: 'It failed.', originalStatusCode: 400, originalMessage: 'Input is too long for this model.' };
  assert.equal(readError(0, own, '').kind, 'context-window');
  assert.equal(readError(502, null, 'Bad Gateway').kind, 'server');
});

test('a document of the format’s own goes before the header', () => {
  const headers = { 'x-amzn-errortype': 'ValidationException' };
  const document = { error: { code: 'context_length_exceeded', message: 'Too long.', type: 'invalid_request_error' } };
  assert.equal(openAiChat.client.readError(400, document, '', headers).code, 'context_length_exceeded');
});

test('Anthropic’s own errors are read as before', () => {
  const error = { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down.' } };
  assert.equal(anthropicMessages.client.readError(429, error, '', {}).code, 'rate_limit_error');
});
