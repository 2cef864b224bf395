import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { aborted, chunk, end, head, startTestGateway } from '../testing.ts';
import { clientOf, errorOf, failWith, post, question } from './testing.ts';

describe('a stream that fails after its head', () => {
  const cut = failWith({ code: 'upstream_cut', message: 'It broke off.' }, head('text/event-stream'), chunk('Hel'));

  test('makes the official SDK throw', async () => {
    await using gateway = await startTestGateway({ frames: cut });
    const stream = await clientOf(gateway).chat.completions.create({ ...question, stream: true });
    let text = '';
    await assert.rejects(async () => {
      for await (const part of stream) text += part.choices[0]?.delta.content ?? '';
    }, /It broke off/);
    assert.equal(text, 'Hel');
  });

  test('ends without the chunk that ends a body, for clients that do not look into events', async () => {
    await using gateway = await startTestGateway({ frames: cut });
    const response = await post(gateway, JSON.stringify({ ...question, stream: true }));
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), /terminated/);
  });

  test('is broken off, too, where the frames end without an end', async () => {
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
  test('aborts the signal, and the frames are still read to the end', async () => {
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

  test('while it is being admitted still gets its hold ended by the router', async () => {
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
            durable: null,
            eventId: 'e',
            candidates,
            holdNanoUsd: 1n,
            outputTokensMax: 1,
            outputTokensBound: 1,
            multiplierBasisPoints: 10_000,
          },
          windows: [],
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
  test('a request over its time is answered 504 and aborted', async () => {
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

  test('frames are asked for only as the client reads', async () => {
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
        yield end;
      },
    });
    const response = await post(gateway, JSON.stringify({ ...question, stream: true }));
    await stalled;
    assert.ok(asked < pieces, 'all frames were taken from the router while the client read none');
    assert.equal((await response.arrayBuffer()).byteLength, pieces * piece.length);
  });

  test('a client that stops reading is taken for gone', async () => {
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

  test('more requests at once than allowed are refused with 503', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: admitting, resolve: startAdmitting } = Promise.withResolvers<void>();
    await using gateway = await startTestGateway({
      config: { requestsInFlightMax: 1 },
      async admit() {
        startAdmitting();
        await released;
        return { result: { kind: 'refused', refusal: { code: 'quota_exceeded', message: 'No.' } }, windows: [] };
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
