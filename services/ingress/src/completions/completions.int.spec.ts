import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import OpenAI from 'openai';
import type { CompleteFrame, CompletionFailure } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { API_KEY, aborted, chunk, data, head, model, startTestGateway, type TestGateway, USER_ID } from '../testing.ts';

const messages = [{ role: 'user' as const, content: 'Say hello.' }];
const question = { model: model.id, messages };

function clientOf(gateway: TestGateway, apiKey = API_KEY): OpenAI {
  return new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });
}

/** The error that a call ends with. */
async function errorOf(call: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const thrown = await call.then(
    () => assert.fail('the call did not fail'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof OpenAI.APIError, String(thrown));
  return thrown;
}

const refuse = (refusal: Refusal) => async () =>
  ({ result: { kind: 'refused', refusal }, window: { limit: 60, remaining: 0, resetMs: 120 } }) as const;

const failWith = (failure: Partial<CompletionFailure> & Refusal, ...before: CompleteFrame[]) =>
  async function* (): AsyncGenerator<CompleteFrame> {
    yield* before;
    yield { kind: 'failure', failure: { providerBody: null, providerStatus: 0, ...failure } };
  };

describe('POST /v1/chat/completions', () => {
  it('answers whole, with a request id that the admission, the router and the log share', async () => {
    await using gateway = await startTestGateway();
    const { data: answer, response } = await clientOf(gateway).chat.completions.create(question).withResponse();
    assert.equal(answer.choices[0]?.message.content, 'Hello');
    const id = response.headers.get('x-request-id');
    assert.match(id ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(response.headers.get('x-ratelimit-remaining-requests'), '59');
    assert.equal(response.headers.get('x-ratelimit-reset-requests'), '12s');
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

  it('gives the router the bytes of the body as they were sent', async () => {
    await using gateway = await startTestGateway();
    const body = `{ "messages" : [{"role":"user","content":"gr\\u00fc\u00df"}],\n "model": "${model.id}", "x_unknown": 1.0 }`;
    const response = await post(gateway, body);
    assert.equal(response.status, 200);
    assert.equal(gateway.completed[0]?.request.body.toString(), body);
  });

  it('streams, the head before the first event', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await using gateway = await startTestGateway({
      async *frames(_request) {
        yield head('text/event-stream');
        await released;
        yield* [chunk('Hel'), chunk('lo'), data('data: [DONE]\n\n')];
        yield {
          kind: 'end',
          summary: { provider: 'p', model: 'm', inputTokens: 1, outputTokens: 1, estimated: false },
        };
      },
    });
    const stream = await clientOf(gateway).chat.completions.create({ ...question, stream: true });
    release();
    let text = '';
    for await (const part of stream) text += part.choices[0]?.delta.content ?? '';
    assert.equal(text, 'Hello');
  });

  it('answers with errors that the official SDK has classes for', async () => {
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
    const unpriced = await errorOf(client.chat.completions.create({ ...question, web_search_options: {} }));
    assert.ok(unpriced instanceof OpenAI.BadRequestError);
    assert.equal(unpriced.code, 'feature_not_priced');
    for (const error of [wrongKey, wrongModel, wrongShape, unpriced])
      assert.match(error.requestID ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(gateway.admitted.length, 0);
  });

  it('tells a client over its rate when to come again', async () => {
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

  it('refuses with 402 what the balance cannot pay', async () => {
    await using gateway = await startTestGateway({
      admit: refuse({ code: 'insufficient_balance', message: 'Top up.' }),
    });
    const error = await errorOf(clientOf(gateway).chat.completions.create(question));
    assert.equal(error.status, 402);
    assert.equal(error.code, 'insufficient_balance');
  });

  it('calls no provider when the admission cannot be made durable', async () => {
    await using gateway = await startTestGateway({
      admit: () => Promise.reject(new Fault({ code: 'unavailable', message: 'The log cannot be written.' })),
    });
    const error = await errorOf(clientOf(gateway).chat.completions.create(question));
    assert.equal(error.status, 503);
    assert.equal(gateway.completed.length, 0);
  });

  it('passes on the error document of a provider that refused the request', async () => {
    const providerBody = Buffer.from(
      '{"error":{"message":"temperature too high","type":"x","param":"temperature","code":"y"}}',
    );
    const frames = failWith({ code: 'upstream_refused', message: 'refused', providerBody, providerStatus: 422 });
    await using gateway = await startTestGateway({ frames });
    const error = await errorOf(clientOf(gateway).chat.completions.create(question));
    assert.ok(error instanceof OpenAI.UnprocessableEntityError);
    assert.equal(error.param, 'temperature');
  });

  it('answers a failure before the first byte with its status, streamed or not', async () => {
    await using gateway = await startTestGateway({
      frames: failWith({ code: 'upstream_error', message: 'It failed.' }),
    });
    for (const stream of [false, true]) {
      const error = await errorOf(clientOf(gateway).chat.completions.create({ ...question, stream }));
      assert.equal(error.status, 502);
      assert.match(error.message, /It failed/);
    }
  });

  it('tells SDKs not to repeat what would fail again', async () => {
    await using gateway = await startTestGateway({
      frames: failWith({ code: 'upstream_unauthorized', message: 'No.' }),
    });
    const error = await errorOf(clientOf(gateway).chat.completions.create(question));
    assert.equal(error.headers?.get('x-should-retry'), 'false');
  });
});

describe('a stream that fails after its head', () => {
  const cut = failWith({ code: 'upstream_cut', message: 'It broke off.' }, head('text/event-stream'), chunk('Hel'));

  it('makes the official SDK throw', async () => {
    await using gateway = await startTestGateway({ frames: cut });
    const stream = await clientOf(gateway).chat.completions.create({ ...question, stream: true });
    let text = '';
    await assert.rejects(async () => {
      for await (const part of stream) text += part.choices[0]?.delta.content ?? '';
    }, /It broke off/);
    assert.equal(text, 'Hel');
  });

  it('ends without the chunk that ends a body, for clients that do not look into events', async () => {
    await using gateway = await startTestGateway({ frames: cut });
    const response = await post(gateway, JSON.stringify({ ...question, stream: true }));
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), /terminated/);
  });

  it('is broken off, too, where the frames end without an end', async () => {
    await using gateway = await startTestGateway({
      async *frames() {
        yield head('text/event-stream');
        yield chunk('Hel');
      },
    });
    const response = await post(gateway, JSON.stringify({ ...question, stream: true }));
    await assert.rejects(response.text(), /terminated/);
  });
});

describe('a client that leaves', () => {
  it('aborts the signal, and the frames are still read to the end', async () => {
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    await using gateway = await startTestGateway({
      async *frames(_request, signal) {
        yield head('text/event-stream');
        yield chunk('Hel');
        await aborted(signal);
        yield chunk('unseen');
        yield { kind: 'end', summary: { provider: 'p', model: 'm', inputTokens: 5, outputTokens: 9, estimated: true } };
        finish();
      },
    });
    const stream = await clientOf(gateway).chat.completions.create({ ...question, stream: true });
    for await (const _part of stream) stream.controller.abort();
    await finished;
    await gateway.ingress.drain();
    assert.equal(gateway.framesLeft(), 0);
    const line = gateway.lines.find(({ msg }) => msg === 'request');
    assert.partialDeepStrictEqual(line, { error: 'client_gone', outputTokens: 9, estimated: true });
  });

  it('while it is being admitted still gets its hold ended by the router', async () => {
    const { promise: admitting, resolve: startAdmitting } = Promise.withResolvers<void>();
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const { promise: called, resolve: call } = Promise.withResolvers<AbortSignal>();
    const controller = new AbortController();
    await using gateway = await startTestGateway({
      async admit(request) {
        startAdmitting();
        await left;
        const candidates = request.candidates.map((candidate) => ({ ...candidate, priceVersion: 1 }));
        return {
          result: {
            kind: 'admitted',
            eventId: 'e',
            candidates,
            holdNanoUsd: 1n,
            outputTokensMax: 1,
            outputTokensBound: 1,
          },
          window: null,
        };
      },
      async *frames(_request, signal) {
        await aborted(signal);
        call(signal);
        yield* failWith({ code: 'client_gone', message: 'The client left.' })();
      },
    });
    const request = post(gateway, JSON.stringify(question), { signal: controller.signal });
    await admitting;
    controller.abort();
    await assert.rejects(request);
    leave();
    assert.ok((await called).aborted);
    await gateway.ingress.drain();
    assert.partialDeepStrictEqual(
      gateway.lines.find(({ msg }) => msg === 'request'),
      { status: 499, error: 'client_gone' },
    );
  });
});

describe('the bounds of an answer', () => {
  it('a request over its time is answered 504 and aborted', async () => {
    await using gateway = await startTestGateway({
      config: { requestTimeoutMs: 30 },
      async *frames(_request, signal) {
        await aborted(signal);
        yield* failWith({ code: 'client_gone', message: 'aborted' })();
      },
    });
    const error = await errorOf(clientOf(gateway).chat.completions.create(question));
    assert.equal(error.status, 504);
    assert.equal(error.code, 'upstream_timeout');
  });

  it('frames are asked for only as the client reads', async () => {
    const piece = Buffer.from(`: ${'x'.repeat(65_536)}\n\n`);
    const pieces = 500;
    let asked = 0;
    const { promise: stalled, resolve: stall } = Promise.withResolvers<void>();
    await using gateway = await startTestGateway({
      async *frames() {
        yield head('text/event-stream');
        let timer: NodeJS.Timeout | undefined;
        for (; asked < pieces; asked++) {
          clearTimeout(timer);
          // Nobody asked for the next frame for so long: the socket is full.
          timer = setTimeout(stall, 200);
          yield { kind: 'data', data: piece };
        }
        clearTimeout(timer);
        yield {
          kind: 'end',
          summary: { provider: 'p', model: 'm', inputTokens: 1, outputTokens: 1, estimated: false },
        };
      },
    });
    const response = await post(gateway, JSON.stringify({ ...question, stream: true }));
    await stalled;
    assert.ok(asked < pieces, 'all frames were taken from the router while the client read none');
    assert.equal((await response.arrayBuffer()).byteLength, pieces * piece.length);
  });

  it('a client that stops reading is taken for gone', async () => {
    await using gateway = await startTestGateway({
      config: { clientStallTimeoutMs: 50 },
      async *frames(_request, signal) {
        yield head('text/event-stream');
        while (!signal.aborted) yield { kind: 'data', data: Buffer.alloc(65_536, 'x') };
        yield* failWith({ code: 'client_gone', message: 'aborted' })();
      },
    });
    const response = await post(gateway, JSON.stringify({ ...question, stream: true }));
    const signal = gateway.completed[0]?.signal;
    assert.ok(signal !== undefined);
    await aborted(signal);
    await assert.rejects(response.arrayBuffer());
  });

  it('more requests at once than allowed are refused with 503', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: admitting, resolve: startAdmitting } = Promise.withResolvers<void>();
    await using gateway = await startTestGateway({
      config: { requestsInFlightMax: 1 },
      async admit() {
        startAdmitting();
        await released;
        return { result: { kind: 'refused', refusal: { code: 'quota_exceeded', message: 'No.' } }, window: null };
      },
    });
    const first = post(gateway, JSON.stringify(question));
    await admitting;
    const second = await post(gateway, JSON.stringify(question));
    assert.equal(second.status, 503);
    assert.equal(second.headers.get('retry-after'), '1');
    release();
    assert.equal((await first).status, 429);
  });
});

function post(gateway: TestGateway, body: string, init: { signal?: AbortSignal } = {}): Promise<Response> {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body,
    ...init,
  });
}
