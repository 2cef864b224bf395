import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { describe, test } from '#testkit/test.ts';
import { API_KEY, aKey, aUser, model, someSettings, startTestGateway } from '../testing.ts';
import { create, isLast, openTestSocket, responseFrames, urlOfSocket } from './testing.ts';

const frames = () => responseFrames();
const OTHER_KEY = `ak_${'o'.repeat(64)}`;

test('a turn in a socket is a request of its own, with the events of a stream as frames', async () => {
  await using gateway = await startTestGateway({ frames });
  const { send, next } = await openTestSocket(gateway, { headers: { 'x-gateway-tags': 'team-a', session_id: 's-1' } });
  send(create('Hi', { stream: true }));
  assert.equal((await next()).type, 'response.created');
  assert.equal((await next()).delta, 'Hello');
  assert.equal((await next(isLast)).response?.output.length, 1);
  send(create('Again'));
  await next(isLast);
  const ids = gateway.admitted.map(({ requestId }) => requestId);
  assert.equal(new Set(ids).size, 2);
  assert.deepEqual(
    gateway.completed.map(({ request }) => request.requestId),
    ids,
  );
  const { attribution, stream } = gateway.admitted[0] ?? {};
  assert.deepEqual([attribution?.tags, attribution?.sessionId, stream], [['team-a'], 's-1', true]);
  const { parsedBody } = gateway.completed[0]?.request ?? {};
  assert.deepEqual(parsedBody, { model: model.id, input: 'Hi', stream: true });
  const lines = gateway.lines.filter(({ msg }) => msg === 'request');
  assert.deepEqual(
    lines.map(({ route, status }) => [route, status]),
    [101, 200, 200].map((status) => ['/v1/responses', status]),
  );
});

test('an agent pays in a socket for whole answers only, as over HTTP: it sends again what breaks off', async () => {
  for (const [headers, paysOnlyWhole] of [
    [{ 'session-id': 's', 'x-codex-window-id': 'w' }, true],
    [{ 'session-id': 's' }, false],
  ] as const) {
    await using gateway = await startTestGateway({ frames });
    const { send, next } = await openTestSocket(gateway, { headers });
    send(create('Hi'));
    assert.equal((await next(isLast)).type, 'response.completed');
    assert.equal(gateway.completed[0]?.request.paysOnlyWhole, paysOnlyWhole);
  }
});

describe('who may not ask over HTTP may not open a socket, and is told in the same words', () => {
  const cases: readonly (readonly [name: string, key: Parameters<typeof aKey>[0], apiKey: string, status: number])[] = [
    ['a key that was never issued', {}, `ak_${'x'.repeat(64)}`, 401],
    ['a revoked key', { status: 'revoked' }, API_KEY, 401],
    ['a key for other endpoints', { allowedEndpoints: ['/v1/chat/*'] }, API_KEY, 403],
    ['a key for other addresses', { allowedAddresses: ['10.0.0.0/8'] }, API_KEY, 403],
  ];
  for (const [name, key, apiKey, status] of cases) {
    test(`${name}: ${status}`, async () => {
      await using gateway = await startTestGateway({ frames });
      gateway.registry.load({ case: 'key', value: aKey(key) });
      await assert.rejects(openTestSocket(gateway, { apiKey }), new RegExp(`${status}`));
      const response = await fetch(urlOfSocket(gateway).replace('ws', 'http'), {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      assert.equal(response.status, 405, 'without the wish for a socket there is nothing to GET');
    });
  }

  test('a page of another origin: 403, and one that may is let in', async () => {
    await using gateway = await startTestGateway({ frames, config: { corsOrigin: 'https://mine.example' } });
    await assert.rejects(openTestSocket(gateway, { origin: 'https://other.example' }), /403/);
    const { ws } = await openTestSocket(gateway, { origin: 'https://mine.example' });
    ws.terminate();
  });

  test('where requests are signed there is no socket', async () => {
    await using gateway = await startTestGateway({ frames });
    gateway.registry.load({ case: 'settings', value: someSettings({ signedRequests: true }) });
    await assert.rejects(openTestSocket(gateway), /401/);
  });

  test('sockets beyond half of all connections: 503', async () => {
    await using gateway = await startTestGateway({ frames, config: { connectionsMax: 4 } });
    const opened = [await openTestSocket(gateway), await openTestSocket(gateway)];
    await assert.rejects(openTestSocket(gateway), /503/);
    assert.equal((await fetch(`${gateway.url}/health`)).status, 200, 'and plain requests are served');
    opened[0]?.ws.terminate();
    await opened[0]?.closed;
  });
});

test('what is refused is told by name, and the connection stays', async () => {
  await using gateway = await startTestGateway({ frames });
  const { ws, send, next } = await openTestSocket(gateway);
  const refused = [
    [create('Hi', { stream: false }), 'stream'],
    [create('Hi', { background: true }), 'background'],
    [create('Hi', { model: 'nobody-has-it' }), 'model'],
    [create('Hi', { generate: 'no' }), 'generate'],
    [create('Hi', { stream_id: 7 }), 'stream_id'],
    [{ type: 'response.steer', previous_response_id: 'resp_1', input: 'x' }, 'type'],
    [{ type: 'session.update' }, 'type'],
    [create(undefined), 'input'],
  ] as const;
  for (const [message, param] of refused) {
    send(message);
    const { type, status, error } = await next();
    assert.deepEqual([type, error?.param], ['error', param]);
    assert.ok(status === 400 || status === 404);
  }
  for (const junk of ['{', '[]', 'null', '{"a":1,"a":2}', Buffer.from('{}')]) {
    ws.send(junk);
    assert.equal((await next()).type, 'error');
  }
  assert.deepEqual(gateway.admitted, []);
  send(create('Hi'));
  assert.equal((await next(isLast)).type, 'response.completed');
});

test('a refusal at admission has its status, its code and when to come again', async () => {
  const refusal = { code: 'insufficient_balance', message: 'No money.' } as const;
  await using gateway = await startTestGateway({
    frames,
    admit: async () => ({ result: { kind: 'refused', refusal }, windows: [] }),
  });
  const { send, next } = await openTestSocket(gateway);
  send(create('Hi', { stream_id: 'a' }));
  const { status, error, stream_id } = await next();
  assert.deepEqual([status, error?.code, stream_id], [402, 'insufficient_balance', 'a']);
  assert.deepEqual(gateway.completed, []);
});

test('an unstored response is gone on from on its connection, and nowhere else', async () => {
  await using gateway = await startTestGateway({ frames });
  const { send, next } = await openTestSocket(gateway);
  send(create('First', { store: false }));
  const first = (await next(isLast)).response?.id;
  send(create('Second', { store: false, previous_response_id: first }));
  const second = (await next(isLast)).response?.id;
  const texts = (at: number) => JSON.stringify(gateway.completed[at]?.request.parsedBody['input']);
  assert.match(texts(1), /First.*Hello.*Second/);
  send(create('Third', { store: false, previous_response_id: second }));
  await next(isLast);
  assert.match(texts(2), /First.*Hello.*Second.*Hello.*Third/);
  const other = await openTestSocket(gateway);
  other.send(create('Fourth', { previous_response_id: second }));
  const { status, error } = await other.next();
  assert.deepEqual([status, error?.code, error?.param], [400, 'previous_response_not_found', 'previous_response_id']);
});

test('a stored response is gone on from in a socket, and one of a socket over HTTP', async () => {
  await using gateway = await startTestGateway({ frames });
  const { send, next } = await openTestSocket(gateway);
  send(create('First'));
  const first = (await next(isLast)).response?.id ?? '';
  assert.ok((await gateway.responses.read('user-1', first))?.response.includes('Hello'));
  const other = await openTestSocket(gateway);
  other.send(create('Second', { previous_response_id: first, store: false }));
  const second = (await other.next(isLast)).response?.id ?? '';
  other.send(create('Third', { previous_response_id: second, store: false }));
  await other.next(isLast);
  assert.match(JSON.stringify(gateway.completed[2]?.request.parsedBody['input']), /First.*Hello.*Second.*Hello.*Third/);
  assert.equal(await gateway.responses.read('user-1', second), undefined);
});

test('a warm-up asks nobody and costs nothing, and the next turn goes on from it', async () => {
  await using gateway = await startTestGateway({ frames });
  const { send, next } = await openTestSocket(gateway);
  send(create([{ role: 'user', content: 'Tools and all' }], { store: false, generate: false }));
  assert.equal((await next()).type, 'response.created');
  const { response } = await next(isLast);
  assert.deepEqual(response?.output, []);
  assert.deepEqual([gateway.admitted, gateway.completed], [[], []]);
  send(create('Go', { store: false, previous_response_id: response?.id }));
  await next(isLast);
  assert.match(JSON.stringify(gateway.completed[0]?.request.parsedBody['input']), /Tools and all.*Go/);
  send(create('Hi', { generate: false, model: 'nobody-has-it' }));
  assert.equal((await next()).error?.code, 'model_not_found');
});

describe('lanes', () => {
  test('run at once, each one response after the other, and each event has its lane', async () => {
    const gates = new Map<string, PromiseWithResolvers<void>>();
    const begun: string[] = [];
    await using gateway = await startTestGateway({
      async *frames(request) {
        const name = String(request.parsedBody['input']);
        begun.push(name);
        gates.set(name, Promise.withResolvers());
        await gates.get(name)?.promise;
        yield* responseFrames(name);
      },
    });
    const { send, next } = await openTestSocket(gateway);
    for (const [input, lane] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
    ] as const)
      send(create(input, { stream_id: lane }));
    while (begun.length < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(begun, ['a1', 'b1']);
    gates.get('b1')?.resolve();
    const b = await next(isLast);
    assert.equal(b.stream_id, 'b');
    gates.get('a1')?.resolve();
    assert.equal((await next(isLast)).stream_id, 'a');
    while (begun.length < 3) await new Promise((resolve) => setImmediate(resolve));
    gates.get('a2')?.resolve();
    assert.equal((await next(isLast)).stream_id, 'a');
  });

  test('are bounded, and so is what runs or waits', async () => {
    const gate = Promise.withResolvers<void>();
    await using gateway = await startTestGateway({
      async *frames() {
        await gate.promise;
        yield* responseFrames();
      },
    });
    const { send, next } = await openTestSocket(gateway);
    for (let at = 0; at < 17; at += 1) send(create('Hi', { stream_id: 'a' }));
    const { status, error } = await next();
    assert.deepEqual([status, error?.code], [429, 'rate_limit_exceeded']);
    gate.resolve();
    for (let at = 0; at < 16; at += 1) await next(isLast);
    for (let at = 0; at < 31; at += 1) {
      send(create('Hi', { stream_id: `lane-${at}` }));
      await next(isLast);
    }
    send(create('Hi', { stream_id: 'one-too-many' }));
    assert.deepEqual((await next()).error?.param, 'stream_id');
    assert.equal(gateway.framesLeft(), 0);
  });
});

test('a key that is revoked on the way: its next turn is refused, and the connection closed', async () => {
  await using gateway = await startTestGateway({ frames });
  const { send, next, closed } = await openTestSocket(gateway);
  send(create('Hi'));
  await next(isLast);
  gateway.registry.load({ case: 'key', value: aKey({ status: 'revoked' }) });
  send(create('Hi'));
  const { status, error } = await next();
  assert.deepEqual([status, error?.code], [401, 'invalid_api_key']);
  assert.equal((await closed)[0], 1008);
  assert.equal(gateway.admitted.length, 1);
});

test('rules of a key for models hold for each turn', async () => {
  await using gateway = await startTestGateway({ frames });
  gateway.registry.load({ case: 'key', value: aKey({ allowedModels: ['claude-*'] }) });
  const { send, next } = await openTestSocket(gateway);
  send(create('Hi'));
  assert.deepEqual((await next()).error?.code, 'model_not_allowed');
});

test('throttles count turns, not connections alone', async () => {
  await using gateway = await startTestGateway({ frames });
  gateway.registry.load({
    case: 'settings',
    value: someSettings({
      throttlePerKey: { $typeName: 'gateway.admin.v1.Throttle', requestsPerMinute: 1, burst: 3 } as never,
    }),
  });
  const { send, next } = await openTestSocket(gateway);
  for (const expected of ['response.completed', 'response.completed', 'error']) {
    send(create('Hi'));
    assert.equal((await next(isLast)).type, expected);
  }
});

test('a client that leaves in mid-turn: the provider is told, and every frame is read to the end', async () => {
  const begun = Promise.withResolvers<void>();
  await using gateway = await startTestGateway({
    async *frames(_request, signal) {
      const all = responseFrames();
      yield* [await first(all), await first(all)];
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* all;
    },
  });
  const { ws, send, next } = await openTestSocket(gateway);
  send(create('Hi'));
  await next();
  await begun.promise;
  ws.terminate();
  while (gateway.framesLeft() > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(gateway.completed[0]?.signal.aborted, true);
  const isLogged = () => gateway.lines.find(({ msg, error }) => msg === 'request' && error === 'client_gone');
  while (isLogged() === undefined) await new Promise((resolve) => setImmediate(resolve));
});

test('a drain lets the running response end, and closes with 1001', async () => {
  const gate = Promise.withResolvers<void>();
  await using gateway = await startTestGateway({
    async *frames() {
      await gate.promise;
      yield* responseFrames();
    },
  });
  const idle = await openTestSocket(gateway);
  const busy = await openTestSocket(gateway);
  busy.send(create('Hi'));
  while (gateway.completed.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const drained = gateway.ingress.drain();
  assert.equal((await idle.closed)[0], 1001);
  gate.resolve();
  assert.equal((await busy.next(isLast)).type, 'response.completed');
  assert.equal((await busy.closed)[0], 1001);
  await drained;
});

test('a failure in the middle of a response ends it as it ends a stream', async () => {
  await using gateway = await startTestGateway({
    async *frames() {
      yield await first(responseFrames());
      yield { kind: 'data', data: Buffer.from('data: {"type":"response.created","response":{}}\n\n') };
      throw new Fault({ code: 'upstream_cut', message: 'It broke off.' });
    },
  });
  const { send, next } = await openTestSocket(gateway);
  send(create('Hi', { stream_id: 'a' }));
  assert.equal((await next(({ type }) => type === 'error')).stream_id, 'a');
  assert.equal((await next()).type, 'response.failed');
});

test("another user's socket has nothing of the first one's", async () => {
  await using gateway = await startTestGateway({ frames });
  gateway.registry.load({ case: 'user', value: aUser({ id: 'user-2' }) });
  gateway.registry.load({ case: 'key', value: aKey({ id: 'key-2', userId: 'user-2', apiKey: OTHER_KEY }) });
  const { send, next } = await openTestSocket(gateway);
  send(create('First'));
  const { response } = await next(isLast);
  const other = await openTestSocket(gateway, { apiKey: OTHER_KEY });
  other.send(create('Second', { previous_response_id: response?.id }));
  assert.equal((await other.next()).error?.code, 'previous_response_not_found');
  assert.deepEqual(
    gateway.admitted.map(({ userId }) => userId),
    ['user-1'],
  );
});

async function first<T>(all: AsyncGenerator<T>): Promise<T> {
  const { value } = await all.next();
  return value as T;
}

test('what connections remember keeps no body of others out', async () => {
  const config = { bodiesMaxBytes: 20_000 };
  await using gateway = await startTestGateway({ frames, config });
  for (let sockets = 0; sockets < 5; sockets += 1) {
    const { send, next } = await openTestSocket(gateway);
    send(create('x'.repeat(3_600), { store: false, generate: false }));
    const { response: warm } = await next(isLast);
    assert.ok(warm);
    send(create('And?', { previous_response_id: warm.id, store: false }));
    const { error } = await next(isLast);
    assert.equal(error?.code, sockets === 0 ? undefined : 'previous_response_not_found');
  }
  const response = await fetch(`${gateway.url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: model.id, input: 'x'.repeat(6_000), stream: true }),
  });
  assert.equal(response.status, 200, await response.text());
});
