import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { CompleteFrame } from '#contracts/router.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { test } from '#testkit/test.ts';
import type { ClaimStore } from '../idempotency/claim-store.ts';
import { createMemoryClaims } from '../idempotency/testing.ts';
import { API_KEY, aborted, chunk, data, done, end, head, startTestGateway, type TestGateway } from '../testing.ts';
import { failWith, question } from './testing.ts';

const KEY = 'a key';
const whole = JSON.stringify(question);
const streamed = JSON.stringify({ ...question, stream: true });

function ask(gateway: TestGateway, body = whole, init: { key?: string; signal?: AbortSignal } = {}): Promise<Response> {
  const { key = KEY, ...rest } = init;
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', 'idempotency-key': key },
    body,
    ...rest,
  });
}

const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { code: string } }).error.code;

const event = (type: string, body: unknown = {}): RecordedEvent => ({ type, data: body }) as unknown as RecordedEvent;
const used = [event('RequestAdmitted'), event('UsageRecorded', { quantities: [{ unit: 'output', quantity: 3 }] })];
const unused = [event('RequestAdmitted'), event('UsageRecorded', { quantities: [] })];

const cut = failWith({ code: 'upstream_cut', message: 'It broke off.' }, head('text/event-stream'), chunk('Hel'));

/** Claims whose one method does something else first. */
const claimsWith = (changes: (claims: ClaimStore) => Partial<ClaimStore>) => {
  const claims = createMemoryClaims();
  return { ...claims, ...changes(claims) };
};

for (const body of [whole, streamed]) {
  const kind = body === streamed ? 'stream' : 'whole answer';
  test(`the end of a ${kind} reaches nobody before it is kept`, async () => {
    const keeping = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const claims = claimsWith(({ keep }) => ({
      async keep(...asked) {
        keeping.resolve();
        await written.promise;
        return keep(...asked);
      },
    }));
    await using gateway = await startTestGateway({ claims });
    const seen: string[] = [];
    const reading = ask(gateway, body).then(async (response) => {
      for await (const piece of response.body ?? []) seen.push(Buffer.from(piece).toString());
    });
    await keeping.promise;
    // What comes before the end does not wait for it.
    while (body === streamed && !seen.join('').includes('lo')) await new Promise(setImmediate);
    assert.ok(!/\[DONE\]|"finish_reason"/.test(seen.join('')), seen.join(''));
    written.resolve();
    await reading;
    assert.match(seen.join(''), body === streamed ? /\[DONE\]\n\n$/ : /Hello/);
  });
}

test('an answer of many pieces comes again as it was', async () => {
  const long = 'x'.repeat(3_000_000);
  await using gateway = await startTestGateway({
    async *frames() {
      yield head('application/json');
      for (let from = 0; from < long.length; from += 100_000) yield data(long.slice(from, from + 100_000));
      yield end;
    },
  });
  assert.equal(await (await ask(gateway)).text(), long);
  const again = await ask(gateway);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  assert.equal(await again.text(), long);
  assert.equal(gateway.admitted.length, 1);
  const line = gateway.lines.find(({ msg }) => msg === 'an answer was given again');
  assert.equal(line?.['replayOf'], again.headers.get('x-request-id'));
  assert.notEqual(line?.['requestId'], line?.['replayOf']);
});

test('an answer beyond the bound is delivered and not kept, and is not executed again', async () => {
  await using gateway = await startTestGateway({ answerMaxBytes: 10 });
  const first = await ask(gateway);
  assert.match(await first.text(), /Hello/);
  const second = await ask(gateway);
  const { error } = (await second.json()) as { error: { code: string; message: string } };
  assert.deepEqual([second.status, error.code], [409, 'idempotency_answer_lost']);
  assert.equal(second.headers.get('x-should-retry'), 'false');
  assert.ok(error.message.includes(first.headers.get('x-request-id') ?? '-'));
  assert.equal(gateway.admitted.length, 1);
});

test('where claims cannot be reached a request with a key is refused, and one without is answered', async () => {
  const away = async () => Promise.reject(new Error('the database is away'));
  await using gateway = await startTestGateway({ claims: claimsWith(() => ({ take: away })) });
  const response = await ask(gateway);
  assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '1']);
  assert.equal(await codeOf(response), 'unavailable');
  assert.equal(gateway.admitted.length, 0);
  const plain = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: whole,
  });
  assert.equal(plain.status, 200);
});

test('a claim that is lost before the provider is called stops the request, and its hold is ended', async () => {
  const claims = createMemoryClaims();
  await using gateway = await startTestGateway({
    claims: {
      ...claims,
      // As if another process had found this one silent for too long.
      async isMine(claim) {
        await claims.orphan(claim);
        const [row] = claims.rows.values();
        if (row !== undefined) row.claim = { ...row.claim, attempt: randomUUID() };
        return claims.isMine(claim);
      },
    },
    async *frames(_request, signal) {
      assert.ok(signal.aborted, 'a provider would have been called');
      yield* failWith({ code: 'client_gone', message: 'gone' })();
    },
  });
  const response = await ask(gateway);
  assert.deepEqual([response.status, await codeOf(response)], [409, 'idempotency_key_in_use']);
  assert.deepEqual([gateway.completed.length, gateway.framesLeft()], [1, 0]);
});

const fates: readonly (readonly [string, readonly RecordedEvent[], number, string])[] = [
  ['is admitted and has no end', [event('RequestAdmitted')], 409, 'idempotency_key_in_use'],
  ['has used something', used, 409, 'idempotency_answer_lost'],
  ['has used nothing', unused, 200, ''],
  ['ended by its time', [event('RequestAdmitted'), event('HoldExpired')], 200, ''],
  ['was never admitted', [], 200, ''],
];
for (const [fate, events, status, code] of fates) {
  test(`a request whose process is gone and that ${fate} is ${status === 200 ? '' : 'not '}executed anew`, async () => {
    const claims = createMemoryClaims();
    const called = Promise.withResolvers<void>();
    await using gone = await startTestGateway({
      claims,
      config: { drainTimeoutMs: 1 },
      async *frames(_request, signal) {
        called.resolve();
        await aborted(signal);
        yield* failWith({ code: 'client_gone', message: 'gone' })();
      },
    });
    const first = ask(gone).catch(() => undefined);
    await called.promise;
    // It renews its claim no longer.
    for (const row of claims.rows.values()) row.isAlive = false;

    const asked: string[] = [];
    await using other = await startTestGateway({
      claims,
      log(stream) {
        asked.push(stream);
        return events;
      },
    });
    const response = await ask(other);
    assert.equal(response.status, status);
    if (status === 200) assert.equal(response.headers.get('x-request-id'), other.admitted[0]?.requestId);
    else assert.equal(await codeOf(response), code);
    assert.deepEqual(asked, [`request-${gone.admitted[0]?.requestId}`]);
    assert.equal(other.admitted.length, status === 200 ? 1 : 0);
    await gone.ingress.drain();
    await first;
    // What the first still wrote has changed nothing.
    const again = await ask(other);
    assert.equal(again.headers.get('idempotent-replayed'), status === 200 ? 'true' : null);
  });
}

test('a failure that was charged comes again as it was, and asks for no further try', async () => {
  await using gateway = await startTestGateway({ frames: cut, log: () => used });
  for (const replayed of [null, 'true']) {
    const response = await ask(gateway, streamed);
    assert.deepEqual([response.status, response.headers.get('idempotent-replayed')], [200, replayed]);
    assert.equal(response.headers.get('x-should-retry'), replayed === null ? null : 'false');
    await assert.rejects(response.text(), /terminated/);
  }
  assert.equal(gateway.admitted.length, 1);
});

test('a failure that cost nothing is not kept: the next request under the key is a new try', async () => {
  await using gateway = await startTestGateway({ frames: cut, log: () => unused });
  for (let tries = 0; tries < 2; tries += 1) await assert.rejects((await ask(gateway, streamed)).text(), /terminated/);
  assert.equal(gateway.admitted.length, 2);
});

test('an answer that was stopped is not kept as a whole one, though its frames end well', async () => {
  await using gateway = await startTestGateway({
    config: { requestTimeoutMs: 50 },
    log: () => used,
    async *frames(_request: unknown, signal: AbortSignal): AsyncGenerator<CompleteFrame> {
      yield head('text/event-stream');
      yield chunk('Hel');
      await aborted(signal);
      // The router drops the bytes that nobody waits for, and tells the usage.
      yield end;
    },
  });
  await assert.rejects((await ask(gateway, streamed)).text(), /terminated/);
  const again = await until(async () => {
    const response = await ask(gateway, streamed);
    return response.status === 409 ? undefined : response;
  });
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  await assert.rejects(again.text(), /terminated/);
});

test('a client that leaves does not stop the request, and finds its answer', async () => {
  const begun = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  await using gateway = await startTestGateway({
    async *frames(_request, signal) {
      begun.resolve();
      await left.promise;
      assert.ok(!signal.aborted);
      yield head('text/event-stream');
      yield* [chunk('Hel'), chunk('lo'), done, end];
    },
  });
  const leaving = new AbortController();
  const first = ask(gateway, streamed, { signal: leaving.signal });
  await begun.promise;
  leaving.abort();
  await assert.rejects(first);
  left.resolve();
  const again = await until(async () => {
    const response = await ask(gateway, streamed);
    return response.status === 409 ? undefined : response;
  });
  assert.match(await again.text(), /Hel.*lo.*\[DONE\]\n\n$/s);
  assert.equal(gateway.admitted.length, 1);
});

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
  }
}
