import assert from 'node:assert/strict';
import OpenAI from 'openai';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { describe, test } from '#testkit/test.ts';
import { chunk, done, end, head, model, startTestGateway, USER_ID } from '../testing.ts';
import { clientOf, errorOf, failWith, post, question, refuse } from './testing.ts';

describe('POST /v1/chat/completions', () => {
  test('answers whole, with a request id that the admission, the router and the log share', async () => {
    await using gateway = await startTestGateway();
    const { data: answer, response } = await clientOf(gateway).chat.completions.create(question).withResponse();
    assert.equal(answer.choices[0]?.message.content, 'Hello');
    const id = response.headers.get('x-request-id');
    assert.match(id ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(response.headers.get('x-ratelimit-remaining-requests'), '59');
    assert.equal(response.headers.get('x-ratelimit-reset-requests'), '12s');
    assert.equal(response.headers.get('x-gateway-max-output-tokens'), '100');
    const [admission] = gateway.admitted;
    assert.equal(admission?.requestId, id);
    assert.equal(admission?.userId, USER_ID);
    assert.equal(gateway.completed[0]?.request.requestId, id);
    const line = gateway.lines.find(({ msg }) => msg === 'request');
    assert.partialDeepStrictEqual(line, {
      requestId: id,
      userId: USER_ID,
      keyId: 'key-0',
      model: model.id,
      provider: 'simulator',
      providerModel: 'gpt-test-1',
      inputTokens: 5,
      outputTokens: 2,
      status: 200,
      error: null,
    });
    assert.ok(!JSON.stringify(gateway.lines).includes('Say hello.'));
  });

  test('gives the router the bytes of the body as they were sent', async () => {
    await using gateway = await startTestGateway();
    const body = `{ "messages" : [{"role":"user","content":"gr\\u00fc\u00df"}],\n "model": "${model.id}", "x_unknown": 1.0 }`;
    const response = await post(gateway, body);
    assert.equal(response.status, 200);
    assert.equal(gateway.completed[0]?.request.body.toString(), body);
  });

  test('streams, the head before the first event', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await using gateway = await startTestGateway({
      async *frames(_request) {
        yield head('text/event-stream');
        await released;
        yield* [chunk('Hel'), chunk('lo'), done, end];
        yield end;
      },
    });
    const stream = await clientOf(gateway).chat.completions.create({ ...question, stream: true });
    release();
    let text = '';
    for await (const part of stream) text += part.choices[0]?.delta.content ?? '';
    assert.equal(text, 'Hello');
  });

  test('answers with errors that the official SDK has classes for', async () => {
    await using gateway = await startTestGateway();
    const client = clientOf(gateway);
    const wrongKey = await errorOf(clientOf(gateway, 'ak_wrong').chat.completions.create(question));
    assert.ok(wrongKey instanceof OpenAI.AuthenticationError);
    assert.equal(wrongKey.code, 'invalid_api_key');
    const wrongModel = await errorOf(client.chat.completions.create({ ...question, model: 'nope' }));
    assert.ok(wrongModel instanceof OpenAI.NotFoundError);
    assert.equal(wrongModel.code, 'model_not_found');
    assert.match(wrongModel.message, /`nope` does not exist/);
    const wrongShape = await errorOf(client.chat.completions.create({ ...question, messages: [] }));
    assert.ok(wrongShape instanceof OpenAI.BadRequestError);
    assert.equal(wrongShape.param, 'messages');
    const unpriced = await errorOf(client.chat.completions.create({ ...question, ...{ plugins: [{ id: 'web' }] } }));
    assert.ok(unpriced instanceof OpenAI.BadRequestError);
    assert.equal(unpriced.code, 'feature_not_priced');
    for (const error of [wrongKey, wrongModel, wrongShape, unpriced])
      assert.match(error.requestID ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(gateway.admitted.length, 0);
  });

  test('tells a client over its rate when to come again', async () => {
    const refusal: Refusal = { code: 'rate_limit_exceeded', message: 'Too many requests.', retryAfterMs: 1_200 };
    await using gateway = await startTestGateway({ admit: refuse(refusal) });
    const error = await errorOf(clientOf(gateway).chat.completions.create(question));
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.equal(error.headers?.get('retry-after'), '2');
    assert.equal(error.headers?.get('retry-after-ms'), '1200');
    assert.equal(error.headers?.get('x-ratelimit-remaining-requests'), '0');
    assert.equal(error.headers?.get('x-ratelimit-reset-requests'), '120ms');
    assert.equal(gateway.completed.length, 0);
  });

  test('refuses with 402 what the balance cannot pay', async () => {
    await using gateway = await startTestGateway({
      admit: refuse({ code: 'insufficient_balance', message: 'Top up.' }),
    });
    const error = await errorOf(clientOf(gateway).chat.completions.create(question));
    assert.equal(error.status, 402);
    assert.equal(error.code, 'insufficient_balance');
  });

  test('calls no provider when the admission cannot be made durable', async () => {
    await using gateway = await startTestGateway({
      admit: () => Promise.reject(new Fault({ code: 'unavailable', message: 'The log cannot be written.' })),
    });
    const error = await errorOf(clientOf(gateway).chat.completions.create(question));
    assert.equal(error.status, 503);
    assert.equal(gateway.completed.length, 0);
  });

  test('passes on the error document of a provider that refused the request', async () => {
    const providerBody = Buffer.from(
      '{"error":{"message":"temperature too high","type":"x","param":"temperature","code":"y"}}',
    );
    const frames = failWith({ code: 'upstream_refused', message: 'refused', providerBody, providerStatus: 422 });
    await using gateway = await startTestGateway({ frames });
    const error = await errorOf(clientOf(gateway).chat.completions.create(question));
    assert.ok(error instanceof OpenAI.UnprocessableEntityError);
    assert.equal(error.param, 'temperature');
  });

  test('answers a failure before the first byte with its status, streamed or not', async () => {
    await using gateway = await startTestGateway({
      frames: failWith({ code: 'upstream_error', message: 'It failed.' }),
    });
    for (const stream of [false, true]) {
      const error = await errorOf(clientOf(gateway).chat.completions.create({ ...question, stream }));
      assert.equal(error.status, 502);
      assert.match(error.message, /It failed/);
    }
  });

  test('tells SDKs not to repeat what would fail again', async () => {
    await using gateway = await startTestGateway({
      frames: failWith({ code: 'upstream_unauthorized', message: 'No.' }),
    });
    const error = await errorOf(clientOf(gateway).chat.completions.create(question));
    assert.equal(error.headers?.get('x-should-retry'), 'false');
  });
});
