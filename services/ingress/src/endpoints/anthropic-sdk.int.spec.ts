import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import type { CompleteFrame } from '#contracts/router.ts';
import { describe, test } from '#testkit/test.ts';
import { failWith, refuse } from '../completions/testing.ts';
import { API_KEY, data, end, head, model, someSettings, startTestGateway, type TestGateway } from '../testing.ts';

const question = { model: model.id, max_tokens: 16, messages: [{ role: 'user' as const, content: 'Say hello.' }] };

const sdk = (gateway: TestGateway, apiKey = API_KEY): Anthropic =>
  new Anthropic({ baseURL: gateway.url, apiKey, maxRetries: 0 });

const usage = { input_tokens: 5, output_tokens: 2 };
const message = { id: 'msg_1', type: 'message', role: 'assistant', model: model.id, stop_reason: null, usage };

const event = (type: string, fields: object): CompleteFrame =>
  data(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);

const begin = event('message_start', { message: { ...message, content: [] } });
const hello = [
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hello' } }),
];
const stop = [
  event('content_block_stop', { index: 0 }),
  event('message_delta', { delta: { stop_reason: 'end_turn' }, usage }),
  event('message_stop', {}),
];

async function errorOf(call: Promise<unknown>): Promise<InstanceType<typeof Anthropic.APIError>> {
  const thrown = await call.then(
    () => assert.fail('the call did not fail'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof Anthropic.APIError, String(thrown));
  return thrown;
}

describe("Anthropic's SDK", () => {
  test('has a whole answer, with the id of its request and how its limits stand', async () => {
    const whole = { ...message, stop_reason: 'end_turn', content: [{ type: 'text', text: 'Hello' }] };
    await using gateway = await startTestGateway({
      async *frames() {
        yield* [head('application/json'), data(JSON.stringify(whole)), end];
      },
    });
    const { data: answer, response, request_id } = await sdk(gateway).messages.create(question).withResponse();
    assert.deepEqual(answer.content, whole.content);
    assert.equal(request_id, gateway.admitted[0]?.requestId);
    assert.equal(response.headers.get('anthropic-ratelimit-requests-remaining'), '59');
    assert.match(response.headers.get('anthropic-ratelimit-requests-reset') ?? '', /^\d{4}-.*T.*\dZ$/);
    assert.equal(response.headers.get('x-ratelimit-remaining-requests'), null);
  });

  test('sends its version and what it wants beside it on to the router', async () => {
    await using gateway = await startTestGateway();
    const options = { headers: { 'anthropic-beta': 'one-2026-01-01', 'x-claude-code-session-id': 's' } };
    await sdk(gateway).messages.create(question, options);
    const { headers = {} } = gateway.completed[0]?.request ?? {};
    assert.equal(headers['anthropic-beta'], 'one-2026-01-01');
    assert.match(headers['anthropic-version'] ?? '', /^\d{4}-\d\d-\d\d$/);
    for (const name of ['authorization', 'x-api-key', 'host', 'cookie']) assert.equal(headers[name], undefined, name);
  });

  test('reads a stream through its silences', async () => {
    await using gateway = await startTestGateway({
      async *frames() {
        await pause(1_150);
        yield* [head('text/event-stream'), begin, ...hello];
        await pause(1_150);
        yield* [...stop, end];
      },
    });
    gateway.registry.load({ case: 'settings', value: someSettings({ keepAliveSeconds: 1 }) });
    const answer = await sdk(gateway).messages.stream(question).finalMessage();
    assert.partialDeepStrictEqual(answer, { stop_reason: 'end_turn', content: [{ type: 'text', text: 'Hello' }] });
  });

  test('throws what a stream breaks off with', async () => {
    const frames = failWith(
      { code: 'upstream_cut', message: 'It broke off.' },
      head('text/event-stream'),
      begin,
      ...hello,
    );
    await using gateway = await startTestGateway({ frames });
    const error = await errorOf(sdk(gateway).messages.stream(question).finalMessage());
    assert.match(error.message, /It broke off/);
  });

  test('has a class for each refusal', async () => {
    const classes = [
      [{ code: 'insufficient_balance', message: 'Top up.' }, 402, Anthropic.APIError],
      [{ code: 'model_not_allowed', message: 'No.' }, 403, Anthropic.PermissionDeniedError],
      [{ code: 'rate_limit_exceeded', message: 'Slow down.', retryAfterMs: 1_500 }, 429, Anthropic.RateLimitError],
      [{ code: 'unavailable', message: 'Away.' }, 503, Anthropic.InternalServerError],
    ] as const;
    for (const [refusal, status, kind] of classes) {
      await using gateway = await startTestGateway({ admit: refuse(refusal) });
      const error = await errorOf(sdk(gateway).messages.create(question));
      assert.ok(error instanceof kind);
      assert.deepEqual([error.status, error.requestID], [status, gateway.admitted[0]?.requestId]);
      assert.match(error.message, new RegExp(refusal.message));
    }
    await using gateway = await startTestGateway();
    const wrongKey = await errorOf(sdk(gateway, 'sk-ant-wrong').messages.create(question));
    assert.ok(wrongKey instanceof Anthropic.AuthenticationError);
    const noModel = await errorOf(sdk(gateway).messages.create({ ...question, model: 'nope' }));
    assert.ok(noModel instanceof Anthropic.NotFoundError);
    const noBound = await errorOf(sdk(gateway).messages.create({ ...question, max_tokens: -1 }));
    assert.ok(noBound instanceof Anthropic.BadRequestError);
    assert.match(noBound.message, /max_tokens/);
  });

  test("has a provider's own words where a provider refused", async () => {
    const words = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const providerBody = Buffer.from(JSON.stringify(words));
    const refused = { code: 'upstream_error', message: 'm', providerBody, providerStatus: 529 } as const;
    await using gateway = await startTestGateway({ frames: failWith(refused) });
    const error = await errorOf(sdk(gateway).messages.create(question));
    assert.deepEqual([error.status, error.error], [529, words]);
  });

  test('counts tokens', async () => {
    await using gateway = await startTestGateway({ count: async () => ({ inputTokens: 21, isEstimate: false }) });
    const { max_tokens: _bound, ...prompt } = question;
    assert.deepEqual(await sdk(gateway).messages.countTokens(prompt), { input_tokens: 21 });
  });
});
