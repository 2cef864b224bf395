import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import { describe, test } from '#testkit/test.ts';
import { API_KEY, aKey, aUser, data, end, startTestGateway, type TestGateway, USER_ID, until } from '../../testing.ts';
import { beginning, ending, event, eventsIn, eventually, gatedProvider } from './testing.ts';

type Fields = Readonly<Record<string, unknown>>;

const OTHER_KEY = `ak_${'o'.repeat(64)}`;

async function call(gateway: TestGateway, method: string, path: string, body?: Fields, headers: Fields = {}) {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers } as never,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    document: text.startsWith('{') ? JSON.parse(text) : {},
  };
}

const ask = (gateway: TestGateway, body: Fields = {}, headers: Fields = {}) =>
  call(gateway, 'POST', '/v1/responses', { model: 'gpt-test', input: 'hi', background: true, ...body }, headers);

const read = (gateway: TestGateway, id: string) => call(gateway, 'GET', `/v1/responses/${id}`);

const isEnded = ({ document }: { document: { status?: string } }) =>
  !['queued', 'in_progress'].includes(String(document.status));

async function* whole(): AsyncGenerator<CompleteFrame> {
  yield* beginning;
  yield* ending;
}

describe('a response in the background', () => {
  test('fails where the provider writes an event without an end, and the provider is left', async () => {
    let isLeft = false;
    async function* endless(_request: unknown, signal: AbortSignal): AsyncGenerator<CompleteFrame> {
      yield* beginning;
      yield data('data: {"type":"response.output_text.delta","delta":"');
      const piece = data('x'.repeat(256 * 1024));
      // Far more than the longest event, so that a gateway which reads it all ends the test as well.
      for (let pieces = 0; pieces < 256 && !signal.aborted; pieces += 1) yield piece;
      isLeft = signal.aborted;
      yield end;
    }
    await using gateway = await startTestGateway({ frames: endless });
    const { id } = (await ask(gateway)).document;
    const last = await eventually(() => read(gateway, id), isEnded);
    assert.equal(last.document.status, 'failed');
    assert.match(last.document.error.message, /longer than/);
    assert.equal(isLeft, true);
  });

  test('is answered at once, shows its items as they are whole, and ends under the id it began with', async () => {
    const provider = gatedProvider();
    await using gateway = await startTestGateway({ frames: provider.frames });
    const begun = await ask(gateway, { instructions: 'Be brief.' });
    const { id } = begun.document;
    assert.equal(begun.status, 200, begun.text);
    const { status, background, store, instructions, output } = begun.document;
    assert.deepEqual([status, background, store, instructions, output], ['queued', true, true, 'Be brief.', []]);

    const soFar = await eventually(
      () => read(gateway, id),
      ({ document }) => document.output?.length === 1,
    );
    assert.deepEqual([soFar.document.id, soFar.document.status], [id, 'in_progress']);
    provider.open();
    const last = await eventually(() => read(gateway, id), isEnded);
    assert.deepEqual([last.document.id, last.document.status], [id, 'completed']);
    assert.deepEqual([last.document.background, last.document.usage], [true, { total_tokens: 7 }]);
    assert.match(last.text, /Hello/);
    assert.equal(gateway.admitted.length, 1, 'looking costs nothing');

    const [{ request } = assert.fail()] = gateway.completed;
    assert.equal(request.stream, true);
    assert.deepEqual([request.parsedBody['background'], request.parsedBody['stream']], [undefined, true]);
    await until(() => gateway.lines.some(({ route }) => route === '/v1/responses (background)'));
    const line = gateway.lines.find(({ route }) => route === '/v1/responses (background)');
    assert.deepEqual([line?.['status'], line?.['error'], line?.['inputTokens']], [200, null, 5]);
  });

  test('can be gone on from once it is whole, and not before', async () => {
    const provider = gatedProvider();
    await using gateway = await startTestGateway({ frames: provider.frames });
    const { id } = (await ask(gateway)).document;
    assert.equal((await ask(gateway, { previous_response_id: id })).status, 404);
    provider.open();
    await eventually(() => read(gateway, id), isEnded);
    const next = await ask(gateway, { previous_response_id: id, input: 'and?' });
    assert.equal(next.document.previous_response_id, id);
    await eventually(() => read(gateway, next.document.id), isEnded);
    assert.match(gateway.completed.at(-1)?.request.body.toString() ?? '', /hi.*Hello.*and\?/s);
  });

  test('is streamed with numbers without a gap, and streamed again from any of them', async () => {
    await using gateway = await startTestGateway({ frames: whole });
    const streamed = await ask(gateway, { stream: true });
    assert.match(streamed.headers.get('content-type') ?? '', /^text\/event-stream/);
    const events = eventsIn(streamed.text);
    assert.deepEqual(
      events.map(({ type }) => type.replace('response.', '')),
      ['created', 'queued', 'in_progress', 'output_item.added', 'output_text.delta', 'output_item.done', 'completed'],
    );
    assert.deepEqual(
      events.map(({ sequence_number }) => sequence_number),
      events.map((_, at) => at),
    );
    const ids = new Set(events.flatMap(({ response }) => response?.['id'] ?? []));
    assert.equal(ids.size, 1);
    const [id] = ids;
    assert.deepEqual(
      events.flatMap(({ response }) => response?.['status'] ?? []),
      ['queued', 'queued', 'in_progress', 'completed'],
    );
    for (const after of [-1, 0, 3, 5, 6]) {
      const starting = after < 0 ? '' : `&starting_after=${after}`;
      const again = await call(gateway, 'GET', `/v1/responses/${id}?stream=true${starting}`);
      assert.deepEqual(eventsIn(again.text), events.slice(after + 1), `after ${after}`);
    }
    assert.equal(gateway.admitted.length, 1);
    assert.equal((await call(gateway, 'GET', `/v1/responses/${id}?stream=true&starting_after=x`)).status, 400);
  });

  test('goes on when the client of its stream leaves, which comes back while it runs', async () => {
    const provider = gatedProvider();
    await using gateway = await startTestGateway({ frames: provider.frames });
    const leaving = new AbortController();
    const response = await fetch(`${gateway.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-test', input: 'hi', background: true, stream: true }),
      signal: leaving.signal,
    });
    const reader = (response.body ?? assert.fail()).getReader();
    const first = Buffer.from((await reader.read()).value ?? []).toString();
    const id = String(eventsIn(first)[0]?.response?.['id']);
    leaving.abort();
    const again = call(gateway, 'GET', `/v1/responses/${id}?stream=true&starting_after=1`);
    await until(() => gateway.lines.some(({ error }) => error === 'client_gone'));
    provider.open();
    const events = eventsIn((await again).text);
    assert.deepEqual(
      events.map(({ sequence_number }) => sequence_number),
      [2, 3, 4, 5, 6],
    );
    assert.equal(events.at(-1)?.type, 'response.completed');
    assert.equal(gateway.completed[0]?.signal.aborted, false);
  });

  test('is cancelled once, for good, and a finished one stays as it is', async () => {
    const provider = gatedProvider();
    await using gateway = await startTestGateway({ frames: provider.frames });
    const streamed = ask(gateway, { stream: true });
    const id = await eventually(
      async () => gateway.completed[0]?.request.requestId,
      (requestId) => requestId !== undefined,
    ).then((requestId) => `resp_${requestId?.replaceAll('-', '')}`);
    const cancelled = await eventually(
      () => call(gateway, 'POST', `/v1/responses/${id}/cancel`),
      ({ status }) => status === 200,
    );
    assert.deepEqual([cancelled.document.id, cancelled.document.status], [id, 'cancelled']);
    await until(() => gateway.completed[0]?.signal.aborted === true);
    const events = eventsIn((await streamed).text);
    assert.deepEqual([events.at(-1)?.type, events.at(-1)?.response?.['status']], ['response.failed', 'cancelled']);
    const again = await call(gateway, 'POST', `/v1/responses/${id}/cancel`);
    assert.deepEqual([again.status, again.document.status], [200, 'cancelled']);
    const replayed = eventsIn((await call(gateway, 'GET', `/v1/responses/${id}?stream=true`)).text);
    assert.equal(replayed.at(-1)?.response?.['status'], 'cancelled');
    assert.deepEqual(
      replayed.map(({ sequence_number }) => sequence_number),
      replayed.map((_, at) => at),
    );
    const gone = await ask(gateway, { previous_response_id: id });
    assert.equal(gone.status, 400, gone.text);
  });

  test('is cancelled by its deletion, and is not there any more', async () => {
    const provider = gatedProvider();
    await using gateway = await startTestGateway({ frames: provider.frames });
    const { id } = (await ask(gateway)).document;
    assert.equal((await call(gateway, 'DELETE', `/v1/responses/${id}`)).status, 200);
    await until(() => gateway.completed[0]?.signal.aborted === true);
    await until(() => gateway.framesLeft() === 0);
    assert.equal((await read(gateway, id)).status, 404);
  });

  test('only one that is made in the background can be cancelled', async () => {
    await using gateway = await startTestGateway();
    await gateway.responses.keep(
      { userId: USER_ID, id: 'kept', previousId: null, input: [], response: '{"id":"kept"}' },
      1,
    );
    const refused = await call(gateway, 'POST', '/v1/responses/kept/cancel');
    assert.deepEqual([refused.status, refused.document.error.param], [400, 'response_id']);
    assert.equal((await call(gateway, 'POST', '/v1/responses/nothing/cancel')).status, 404);
  });

  test('is its owner’s alone', async () => {
    const provider = gatedProvider();
    await using gateway = await startTestGateway({ frames: provider.frames });
    gateway.registry.load({ case: 'user', value: aUser({ id: 'user-2' }) });
    gateway.registry.load({ case: 'key', value: aKey({ id: 'key-2', userId: 'user-2', apiKey: OTHER_KEY }) });
    const { id } = (await ask(gateway, {})).document;
    const others = { authorization: `Bearer ${OTHER_KEY}` };
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '?stream=true'],
      ['POST', '/cancel'],
      ['DELETE', ''],
    ] as const) {
      const { status } = await call(gateway, method, `/v1/responses/${id}${path}`, undefined, others);
      assert.equal(status, 404, `${method} ${path}`);
    }
    assert.equal((await read(gateway, id)).status, 200);
    provider.open();
  });

  test('fails with what the provider said, and says so', async () => {
    await using gateway = await startTestGateway({
      async *frames() {
        yield* beginning;
        const failure = {
          code: 'upstream_cut',
          message: 'The provider broke off.',
          providerBody: null,
          providerStatus: 0,
        };
        yield { kind: 'failure', failure } as CompleteFrame;
      },
    });
    const events = eventsIn((await ask(gateway, { stream: true })).text);
    assert.equal(events.at(-1)?.type, 'response.failed');
    const id = String(events.at(-1)?.response?.['id']);
    const { document } = await read(gateway, id);
    assert.equal(document.status, 'failed');
    assert.deepEqual(document.error, { code: 'server_error', message: 'The provider broke off.' });
  });

  test('fails where the provider itself says that it has', async () => {
    await using gateway = await startTestGateway({
      async *frames() {
        yield* beginning;
        const error = { code: 'server_error', message: 'Overheated.' };
        yield event('response.failed', { response: { id: 'theirs', object: 'response', status: 'failed', error } });
        const failure = { code: 'upstream_error', message: 'Overheated.', providerBody: null, providerStatus: 0 };
        yield { kind: 'failure', failure } as CompleteFrame;
      },
    });
    const { id } = (await ask(gateway)).document;
    const { document } = await eventually(() => read(gateway, id), isEnded);
    assert.deepEqual([document.id, document.status, document.error.message], [id, 'failed', 'Overheated.']);
  });

  test('may run longer than other requests, and its hold and its call as much longer', async () => {
    const config = { requestTimeoutMs: 600_000, backgroundTimeoutMs: 3_600_000 };
    await using gateway = await startTestGateway({ frames: whole, config });
    const { id } = (await ask(gateway)).document;
    await eventually(() => read(gateway, id), isEnded);
    await ask(gateway, { background: false });
    assert.deepEqual(
      gateway.admitted.map(({ extraTimeMs = 0 }) => extraTimeMs),
      [3_000_000, 0],
    );
    assert.deepEqual(
      gateway.completed.map(({ request }) => request.extraTimeMs),
      [3_000_000, 0],
    );
  });

  test('ends when its time is over', async () => {
    const provider = gatedProvider();
    await using gateway = await startTestGateway({ frames: provider.frames, config: { backgroundTimeoutMs: 200 } });
    const { id } = (await ask(gateway)).document;
    const { document } = await eventually(() => read(gateway, id), isEnded);
    assert.equal(document.status, 'failed');
    assert.match(document.error.message, /within 200 ms/);
  });

  test('is waited for when the gateway stops, and has failed where it takes too long', async () => {
    const provider = gatedProvider();
    const gateway = await startTestGateway({ frames: provider.frames, config: { drainTimeoutMs: 50 } });
    const { id } = (await ask(gateway)).document;
    await gateway.ingress.drain();
    const { response } = (await gateway.responses.read(USER_ID, id)) ?? assert.fail();
    assert.equal(JSON.parse(response).status, 'failed');
    assert.match(JSON.parse(response).error.message, /stopping/);
    assert.equal(gateway.framesLeft(), 0);
  });
});

describe('a request for a response in the background is refused', () => {
  const refusals: readonly [string, Fields, string][] = [
    ['without storing', { store: false }, 'background'],
    ['with a window of time', { background_options: { completion_window: '2h' } }, 'background_options'],
    ['with a continuation', { background_options: { continuation_id: 'c' } }, 'background_options'],
    ['with something else than a flag', { background: 'yes' }, 'background'],
  ];
  for (const [name, fields, param] of refusals) {
    test(name, async () => {
      await using gateway = await startTestGateway({ frames: whole });
      const { status, document, text } = await ask(gateway, fields);
      assert.deepEqual([status, document.error?.param], [400, param], text);
      assert.deepEqual(gateway.admitted, []);
    });
  }

  test('by quota, before anything is stored', async () => {
    await using gateway = await startTestGateway({
      frames: whole,
      admit: async () => ({
        result: { kind: 'refused', refusal: { code: 'insufficient_balance', message: 'No money.' } } as never,
        windows: [],
      }),
    });
    const { status, text } = await ask(gateway);
    assert.equal(status, 402, text);
    const [{ requestId } = assert.fail()] = gateway.admitted;
    assert.equal(await gateway.responses.read(USER_ID, `resp_${requestId.replaceAll('-', '')}`), undefined);
    assert.deepEqual(gateway.completed, []);
  });

  test('where it cannot be stored: its hold is ended, and no provider asked', async () => {
    await using gateway = await startTestGateway({ frames: whole });
    Object.assign(gateway.responses, { begin: () => Promise.reject(new Error('away')) });
    // The gateway took the method as it was.
    const { status } = await ask(gateway);
    assert.equal(status, 503);
    assert.equal(gateway.completed[0]?.signal.aborted, true);
  });

  test('where a user has as many as may be', async () => {
    const provider = gatedProvider();
    await using gateway = await startTestGateway({ frames: provider.frames });
    const answers = await Promise.all(Array.from({ length: 101 }, () => ask(gateway)));
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [...Array.from({ length: 100 }, () => 200), 429]);
    provider.open();
  });
});

describe('under an Idempotency-Key', () => {
  test('a repeat gives the same response as it is by then, and makes none', async () => {
    const provider = gatedProvider();
    await using gateway = await startTestGateway({ frames: provider.frames });
    const key = { 'idempotency-key': 'key-1' };
    const first = await ask(gateway, {}, key);
    const running = await ask(gateway, {}, key);
    assert.equal(running.document.id, first.document.id);
    assert.equal(running.headers.get('idempotent-replayed'), 'true');
    provider.open();
    const last = await eventually(() => ask(gateway, {}, key), isEnded);
    assert.deepEqual([last.document.id, last.document.status], [first.document.id, 'completed']);
    assert.equal(gateway.admitted.length, 1);
    assert.equal((await ask(gateway, { input: 'other' }, key)).status, 422);
  });

  test('a repeat of a stream gives it again', async () => {
    await using gateway = await startTestGateway({ frames: whole });
    const key = { 'idempotency-key': 'key-1' };
    const first = await ask(gateway, { stream: true }, key);
    const again = await ask(gateway, { stream: true }, key);
    assert.deepEqual(eventsIn(again.text), eventsIn(first.text));
    assert.equal(gateway.admitted.length, 1);
  });

  test('a refusal leaves the key free', async () => {
    let isRich = false;
    await using gateway = await startTestGateway({
      frames: whole,
      admit: async ({ candidates }) =>
        isRich
          ? {
              result: {
                kind: 'admitted',
                durable: null,
                eventId: 'e',
                candidates: candidates.map((each) => ({ ...each, priceVersion: 1 })),
                holdNanoUsd: 1n,
                outputTokensMax: 10,
                outputTokensBound: 10,
                multiplierBasisPoints: 10_000,
              },
              windows: [],
            }
          : {
              result: { kind: 'refused', refusal: { code: 'insufficient_balance', message: 'No.' } } as never,
              windows: [],
            },
    });
    const key = { 'idempotency-key': 'key-1' };
    assert.equal((await ask(gateway, {}, key)).status, 402);
    isRich = true;
    assert.equal((await ask(gateway, {}, key)).status, 200);
  });
});
