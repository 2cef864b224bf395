import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { CompleteFrame } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { describe, test } from '#testkit/test.ts';
import { modelEndpoints } from '../endpoints/model-endpoints.ts';
import { questions, streamEnds } from '../endpoints/testing.ts';
import { API_KEY, chunk, data, done, end, head, someSettings, startTestGateway, type TestGateway } from '../testing.ts';
import { clientOf, errorOf, failWith, post, question } from './testing.ts';

/** The shortest that the settings can say. */
const KEEP_ALIVE_S = 1;
const LONGER_MS = 1_150;

const streamed = JSON.stringify({ ...question, stream: true });
const failure = failWith({ code: 'upstream_error', message: 'It failed at last.' });

async function silentGateway(frames: () => AsyncIterable<CompleteFrame>, options: object = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ frames, ...options });
  gateway.registry.load({ case: 'settings', value: someSettings({ keepAliveSeconds: KEEP_ALIVE_S }) });
  return gateway;
}

/** What a stream gives until it ends or breaks off. */
async function textOf(response: Response): Promise<string> {
  let text = '';
  try {
    for await (const piece of response.body ?? []) text += Buffer.from(piece).toString();
  } catch {
    text += '<cut>';
  }
  return text;
}

for (const { path, format, keepAlive } of modelEndpoints.filter(
  ({ format }) => streamEnds[format.name] !== undefined,
)) {
  test(`POST ${path}: in a silence a stream begins and says so, and a failure then is an event`, async () => {
    await using gateway = await silentGateway(async function* () {
      await pause(LONGER_MS);
      yield* failure();
    });
    const response = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...questions[format.name], stream: true }),
    });
    assert.equal(response.status, 200);
    const text = await textOf(response);
    assert.ok(text.startsWith(keepAlive), text);
    assert.match(text, /It failed at last/);
    assert.ok(text.endsWith('\n\n<cut>'), text);
  });
}

describe('a silence', () => {
  test('is filled as often as it comes, and the answer after it is whole', async () => {
    await using gateway = await silentGateway(async function* () {
      yield head('text/event-stream');
      yield chunk('Hel');
      await pause(LONGER_MS * 2);
      yield* [chunk('lo'), done];
      yield end;
    });
    const stream = await clientOf(gateway).chat.completions.create({ ...question, stream: true });
    let text = '';
    for await (const part of stream) text += part.choices[0]?.delta.content ?? '';
    assert.equal(text, 'Hello');
    const raw = await textOf(await post(gateway, streamed));
    assert.equal(raw.split('\n\n').filter((event) => event === ': ').length, 2, raw);
  });

  test('within an event is left as it is: no comment comes between its pieces', async () => {
    await using gateway = await silentGateway(async function* () {
      yield head('text/event-stream');
      yield data('data: {"a":');
      await pause(LONGER_MS);
      yield data('1}\n');
      await pause(LONGER_MS);
      yield data('\ndata: [DONE]\r\n\r\n');
      await pause(LONGER_MS);
      yield end;
    });
    const text = await textOf(await post(gateway, streamed));
    assert.equal(text, 'data: {"a":1}\n\ndata: [DONE]\r\n\r\n: \n\n');
  });

  test('of less than the time is no silence: a failure then has its status', async () => {
    await using gateway = await silentGateway(async function* () {
      await pause(50);
      yield* failure();
    });
    const error = await errorOf(clientOf(gateway).chat.completions.create({ ...question, stream: true }));
    assert.equal(error.status, 502);
  });

  test('of a whole answer is none: its status comes with it', async () => {
    await using gateway = await silentGateway(async function* () {
      await pause(LONGER_MS);
      yield* failure();
    });
    assert.equal((await post(gateway, JSON.stringify(question))).status, 502);
  });

  test('before the admission is durable gives no head: what was never admitted has its own status', async () => {
    const { promise: durable, reject } = Promise.withResolvers<void>();
    // Told to whoever waits for it.
    durable.catch(() => undefined);
    await using gateway = await silentGateway(
      async function* () {
        yield head('text/event-stream');
        yield end;
      },
      {
        admit: async ({ candidates }: { candidates: readonly object[] }) => ({
          result: {
            kind: 'admitted',
            durable,
            eventId: 'e',
            candidates: candidates.map((candidate) => ({ ...candidate, priceVersion: 1 })),
            holdNanoUsd: 1n,
            outputTokensMax: 1,
            outputTokensBound: 1,
          },
          windows: [],
        }),
      },
    );
    setTimeout(() => reject(new Fault({ code: 'unavailable', message: 'The log is away.' })), LONGER_MS);
    assert.equal((await post(gateway, streamed)).status, 503);
  });

  test('of a client that has left is filled no more', async () => {
    const left = Promise.withResolvers<void>();
    await using gateway = await silentGateway(async function* () {
      await left.promise;
      yield* failure();
    });
    const controller = new AbortController();
    const response = await post(gateway, streamed, { signal: controller.signal });
    controller.abort();
    await response.body?.cancel().catch(() => undefined);
    const signal = gateway.completed[0]?.signal;
    if (signal?.aborted === false) await once(signal, 'abort');
    left.resolve();
    await gateway.ingress.drain();
    assert.equal(gateway.framesLeft(), 0);
    assert.equal(gateway.lines.find(({ msg }) => msg === 'request')?.['error'], 'client_gone');
  });
});
