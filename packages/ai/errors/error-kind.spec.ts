import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { ProviderErrorKind } from '../answer-decoder.ts';
import { errorKind } from './error-kind.ts';

const cases: readonly (readonly [
  kind: ProviderErrorKind,
  status: number,
  codes: readonly string[],
  message: string,
])[] = [
  ['request', 400, ['invalid_request_error'], "Unsupported parameter: 'max_tokens'"],
  ['request', 422, [''], 'Input should be a valid string'],
  ['request', 418, [], ''],
  ['context-window', 400, ['context_length_exceeded', 'invalid_request_error'], ''],
  [
    'context-window',
    400,
    ['invalid_request_error'],
    "This model's maximum context length is 131072 tokens. However, you requested 137530 tokens",
  ],
  [
    'context-window',
    400,
    ['INVALID_ARGUMENT'],
    'The input token count (1200000) exceeds the maximum number of tokens allowed',
  ],
  ['context-window', 413, [], 'prompt is too long: 210000 tokens > 200000 maximum'],
  ['context-window', 400, [], 'Input is too long for requested model.'],
  [
    'content-policy',
    400,
    ['content_filter'],
    "The response was filtered due to Azure OpenAI's content management policy",
  ],
  ['content-policy', 400, ['data_inspection_failed'], 'Input data may contain inappropriate content.'],
  ['content-policy', 403, ['403'], 'Your chosen model requires moderation and your input was flagged for "violence"'],
  ['content-policy', 0, ['invalid_prompt'], 'Your prompt was flagged.'],
  ['content-policy', 0, ['bio_policy'], ''],
  ['balance', 0, ['usage_not_included'], ''],
  ['overload', 503, ['slow_down'], ''],
  ['not-here', 0, ['data_residency_mismatch'], ''],
  ['context-window', 0, ['context_length_exceeded'], ''],
  ['server', 0, ['server_error'], ''],
  ['key', 401, ['invalid_api_key'], 'Incorrect API key provided'],
  ['key', 403, ['permission_denied'], ''],
  ['balance', 402, [], 'Insufficient Balance'],
  [
    'balance',
    429,
    ['insufficient_quota'],
    'You exceeded your current quota, please check your plan and billing details.',
  ],
  ['balance', 429, ['exceeded_current_quota_error'], ''],
  ['balance', 400, ['invalid_request_error'], 'Your credit balance is too low to access the API.'],
  ['rate', 429, ['RESOURCE_EXHAUSTED'], 'You exceeded your current quota'],
  ['rate', 429, ['rate_limit_exceeded', 'tokens'], 'Rate limit reached for gpt-4o'],
  ['rate', 200, ['base_resp_1002'], 'rate limit'],
  ['key', 401, ['1002'], 'Authentication Token'],
  ['not-here', 404, ['model_not_found'], 'The model `x` does not exist'],
  ['not-here', 405, [], ''],
  ['not-here', 413, [], 'Request Entity Too Large'],
  ['not-here', 400, ['invalid_request_error'], 'Model grok-1 does not exist'],
  ['overload', 503, [], ''],
  ['overload', 529, ['overloaded_error'], 'Overloaded'],
  ['overload', 500, ['server_error'], 'That model is currently overloaded with other requests.'],
  ['timeout', 504, [], ''],
  ['timeout', 500, ['timeout'], ''],
  ['server', 500, ['server_error'], 'The server had an error'],
  ['server', 409, [], ''],
  ['server', 200, ['server_error'], ''],
  ['request', 200, ['invalid_request_error'], 'bad'],
  ['unknown', 200, [], 'Provider returned error'],
];

for (const [kind, status, codes, message] of cases) {
  test(`${status} ${codes.join(' ')} "${message.slice(0, 60)}" is of the kind ${kind}`, () => {
    assert.equal(errorKind({ status, codes, message }), kind);
  });
}
