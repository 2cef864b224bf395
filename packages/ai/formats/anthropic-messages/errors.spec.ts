import assert from 'node:assert/strict';
import { type ErrorCode, errorTable } from '#errors/error-table.ts';
import { describe, test } from '#testkit/test.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import { messagesErrorBody, messagesErrorEvent, messagesProviderErrorBody } from './errors.ts';
import { readMessagesError } from './read-error.ts';

const anthropicTypes = new Set([
  ...['invalid_request_error', 'authentication_error', 'billing_error', 'permission_error', 'not_found_error'],
  ...['conflict_error', 'request_too_large', 'rate_limit_error', 'api_error', 'timeout_error', 'overloaded_error'],
]);

test('every refusal has one of the types that the SDKs know', () => {
  for (const code of Object.keys(errorTable) as ErrorCode[]) {
    const { error } = messagesErrorBody({ code, message: 'm' }, 'r');
    assert.ok(anthropicTypes.has(error.type), `${code}: ${error.type}`);
  }
});

test('a refusal has its code, its field and the id of the request', () => {
  assert.deepEqual(messagesErrorBody({ code: 'insufficient_balance', message: 'm', param: 'model' }, 'req_1'), {
    type: 'error',
    error: { type: 'billing_error', message: 'm', code: 'insufficient_balance', param: 'model' },
    request_id: 'req_1',
  });
});

test('a failure in the middle of an answer is an event', () => {
  const event = messagesErrorEvent({ code: 'upstream_cut', message: 'gone' }, 'r');
  assert.match(event, /^event: error\ndata: \{"type":"error","error":\{"type":"api_error","message":"gone".*\}\n\n$/);
});

describe("another format's error", () => {
  const error = (fields: Partial<ProviderError>): ProviderError => {
    return { kind: 'request', message: 'm', code: '', param: '', ...fields };
  };

  test('is told in the words of the provider', () => {
    assert.deepEqual(messagesProviderErrorBody(error({ param: 'n', code: 'bad' }), 400, 'r'), {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'm', code: 'bad', param: 'n' },
      request_id: 'r',
    });
  });

  test('that the prompt is too long begins as the clients expect it', () => {
    const message = (said: string) =>
      messagesProviderErrorBody(error({ kind: 'context-window', message: said }), 400, 'r').error.message;
    assert.equal(
      message("This model's maximum context length is 8 tokens."),
      "prompt is too long: This model's maximum context length is 8 tokens.",
    );
    assert.equal(message('Prompt is too long: 9 > 8'), 'Prompt is too long: 9 > 8');
  });

  test('of the gateway’s own key is none of the client’s', () => {
    assert.equal(messagesProviderErrorBody(error({ kind: 'key' }), 401, 'r').error.type, 'api_error');
  });
});

describe('an error of a provider', () => {
  const kind = (status: number, type: string, message = 'm', details?: object) =>
    readMessagesError(status, { type: 'error', error: { type, message, ...(details && { details }) } }, '').kind;

  test('is of a kind by its type', () => {
    for (const [status, type, expected] of [
      [400, 'invalid_request_error', 'request'],
      [401, 'authentication_error', 'key'],
      [403, 'permission_error', 'key'],
      [402, 'billing_error', 'balance'],
      [404, 'not_found_error', 'not-here'],
      [413, 'request_too_large', 'not-here'],
      [429, 'rate_limit_error', 'rate'],
      [500, 'api_error', 'server'],
      [504, 'timeout_error', 'timeout'],
      [529, 'overloaded_error', 'overload'],
      [0, 'overloaded_error', 'overload'],
      [0, 'invalid_request_error', 'request'],
    ] as const) {
      assert.equal(kind(status, type), expected, type);
    }
  });

  test('is of a kind by its words where the type says little', () => {
    const invalid = (message: string) => kind(400, 'invalid_request_error', message);
    assert.equal(invalid('prompt is too long: 210000 tokens > 200000 maximum'), 'context-window');
    assert.equal(invalid('input length and `max_tokens` exceed context limit: 1 + 2 > 2'), 'context-window');
    assert.equal(invalid('Your credit balance is too low to access the Anthropic API.'), 'balance');
    assert.equal(invalid('Output blocked by content filtering policy'), 'content-policy');
    assert.equal(kind(429, 'rate_limit_error', 'm', { error_code: 'enforced_spend_limit_reached' }), 'balance');
  });

  test('is of a kind by its status where nothing else says it', () => {
    for (const [status, expected] of [
      [405, 'not-here'],
      [408, 'timeout'],
      [409, 'server'],
      [418, 'request'],
      [502, 'server'],
      [503, 'overload'],
    ] as const) {
      assert.deepEqual(readMessagesError(status, null, '<html>'), {
        kind: expected,
        message: '<html>',
        code: '',
        param: '',
      });
    }
  });

  test('is read in the forms of other gateways', () => {
    const message = (document: Record<string, unknown>) => readMessagesError(400, document, '').message;
    assert.equal(message({ error: 'a' }), 'a');
    assert.equal(message({ message: 'b' }), 'b');
    assert.equal(message({ detail: 'c' }), 'c');
    assert.equal(message({ detail: [{ msg: 'd' }, { msg: 'e' }] }), 'd; e');
    assert.equal(message({ base_resp: { status_code: 1, status_msg: 'f' } }), 'f');
  });

  test('names the field as the provider does', () => {
    const read = (message: string) =>
      readMessagesError(400, { error: { message, type: 'invalid_request_error' } }, '').param;
    assert.equal(read('messages.1.content.0.text: text content blocks must be non-empty'), 'messages.1.content.0.text');
    assert.equal(read('max_tokens: 9 > 8'), 'max_tokens');
    assert.equal(read('Something: else'), '');
  });
});
