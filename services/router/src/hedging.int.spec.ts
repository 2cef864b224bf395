import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { PricedCandidate } from '#contracts/quota.ts';
import { plainPlan } from '#contracts/routing.ts';
import { policy } from '#testkit/policy.ts';
import { type Scope, test } from '#testkit/test.ts';
import { FAILURES_MAX } from './domain/breaker/breaker.ts';
import {
  type AskOptions,
  contentEvent,
  createTestRouter,
  doneEvent,
  finishEvent,
  hostileProvider,
  testProvider,
  usageEvent,
  wholeAnswer,
} from './testing.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const hedged = { ...plainPlan, hedgeAfterMs: 40 };
/** Longer than the plan waits before it hedges, on a machine that is busy. */
const SLOW_MS = 400;

type Script = (response: ServerResponse) => void;

const silent: Script = () => undefined;
const sound: Script = (response) => response.end(wholeAnswer);
const slow: Script = (response) => void setTimeout(() => response.end(wholeAnswer), SLOW_MS);
const failing: Script = (response) => response.writeHead(500).end();
const slowlyFailing: Script = (response) => void setTimeout(() => response.writeHead(500).end(), SLOW_MS);
const streamed: Script = (response) => response.end(contentEvent('Hello') + finishEvent + usageEvent + doneEvent);

function candidate(provider: string, place: Partial<PricedCandidate> = {}): PricedCandidate {
  return { provider, model: 'm', priceKey: 'openai/m', priceVersion: 1, ...place };
}

/** Providers a, b, c, … that answer as they are told; how often each was called, and whether its connection was broken. */
async function world(t: Scope, ...scripts: readonly Script[]) {
  const calls = scripts.map(() => 0);
  const broken = scripts.map(() => Promise.withResolvers<void>());
  const names = scripts.map((_, place) => String.fromCharCode(97 + place));
  const providers = [];
  for (const [place, script] of scripts.entries()) {
    const baseUrl = await hostileProvider(t, (response, _request, _body, call) => {
      calls[place] = call;
      response.once('close', () => response.writableFinished || broken[place]?.resolve());
      script(response);
    });
    providers.push(testProvider(names[place] ?? '', baseUrl, { neverRetried: true }));
  }
  const router = createTestRouter(t, { providers });
  const candidates = names.map((name) => candidate(name));
  async function ask(body: object = {}, options: AskOptions = {}) {
    const request = { plan: hedged, candidates, ...options.request };
    return router.ask({ messages, ...body }, { ...options, request });
  }
  return { ...router, ask, calls, broken: (place: number) => broken[place]?.promise };
}

test('a call that is slow has a second one beside it; the first answer is given and charged once, and the other is the house’s', async (t) => {
  const { ask, broken, lost } = await world(t, silent, sound);
  const { failure, text, usage } = await ask();
  assert.deepEqual(
    [failure, text, usage?.provider, usage?.outcome],
    [undefined, wholeAnswer, 'b', 'OUTCOME_COMPLETED'],
  );
  assert.deepEqual([usage?.usage.input, usage?.usage.output, usage?.estimated], [7, 2, false]);
  const [one, two] = usage?.attempts ?? [];
  assert.deepEqual(
    [one?.provider, one?.error, one?.failure, one?.isHedge],
    ['a', 'upstream_timeout', 'outrun', undefined],
  );
  assert.deepEqual(
    [two?.provider, two?.error, two?.isHedge, two?.reason],
    ['b', '', true, 'hedge: no byte from a yet'],
  );
  assert.deepEqual([usage?.losses, lost], [[[0, 5, 0, true]], ['a input 5']]);
  await broken(0);
});

test('the first call may still be the quicker one', async (t) => {
  const { ask, broken } = await world(t, slow, silent);
  const { failure, usage } = await ask();
  assert.deepEqual([failure, usage?.provider, usage?.usage.input], [undefined, 'a', 7]);
  assert.deepEqual(
    usage?.attempts.map(({ error, failure: why = '', isHedge = false }) => [error, why, isHedge]),
    [
      ['', '', false],
      ['upstream_timeout', 'outrun', true],
    ],
  );
  assert.deepEqual(usage?.losses, [[1, 5, 0, true]]);
  await broken(1);
});

test('streams are hedged, too, before their first token, and comments are none', async (t) => {
  const commenting: Script = (response) => void response.write(': wait\n\n');
  const { ask } = await world(t, commenting, streamed);
  const { failure, usage, text } = await ask({ stream: true });
  assert.deepEqual([failure, usage?.provider, usage?.attempts.length], [undefined, 'b', 2]);
  assert.ok(text.endsWith(doneEvent));
});

test('a call that has begun to answer has no other one beside it', async (t) => {
  const begun: Script = (response) => {
    response.write(wholeAnswer.slice(0, 80));
    setTimeout(() => response.end(wholeAnswer.slice(80)), SLOW_MS);
  };
  const { ask, calls } = await world(t, begun, sound);
  const { failure, usage } = await ask();
  assert.deepEqual([failure, usage?.provider, calls], [undefined, 'a', [1, 0]]);
});

test('without a plan for it, without another provider, and for another model there is no second call', async (t) => {
  const { ask, calls } = await world(t, slow, sound);
  await ask({}, { request: { plan: plainPlan } });
  await ask({}, { request: { candidates: [candidate('a')] } });
  await ask({}, { request: { candidates: [candidate('a'), candidate('b', { stage: 1 })] } });
  await ask({}, { request: { plan: { ...hedged, attemptsMax: 1 } } });
  assert.deepEqual(calls, [4, 0]);
});

test('there is one second call at most, and the next choice is tried where both fail', async (t) => {
  const { ask, calls } = await world(t, slowlyFailing, slowlyFailing, sound);
  const { failure, usage } = await ask();
  assert.deepEqual([failure, usage?.provider, calls], [undefined, 'c', [1, 1, 1]]);
  assert.deepEqual(
    usage?.attempts.map(({ provider, failure: why = '', isHedge = false }) => [provider, why, isHedge]),
    [
      ['a', 'server', false],
      ['b', 'server', true],
      ['c', '', false],
    ],
  );
});

test('a second call that fails leaves the first one alone', async (t) => {
  const { ask } = await world(t, slow, failing);
  const { failure, usage } = await ask();
  assert.deepEqual([failure, usage?.provider, usage?.losses], [undefined, 'a', []]);
});

test('a client that leaves two calls pays for one, and the house for the other', async (t) => {
  const client = new AbortController();
  const second: Script = () => client.abort();
  const { ask, registry } = await world(t, silent, second);
  registry.load(policy.settings({ abandonedAnswers: 'stop' }));
  const { failure, usage } = await ask({}, { signal: client.signal });
  assert.deepEqual([failure?.code, usage?.outcome, usage?.provider], ['client_gone', 'OUTCOME_CLIENT_GONE', 'a']);
  assert.deepEqual([usage?.usage.input, usage?.losses], [5, [[1, 5, 0, true]]]);
  assert.equal(usage?.attempts.length, 2);
});

test('a client that leaves pays for the second call where the first was not sent yet', async (t) => {
  const sockets: Socket[] = [];
  // It takes connections, and says nothing of its certificate.
  const mute = createServer((socket) => void sockets.push(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  t.defer(() => {
    for (const socket of sockets) socket.destroy();
    mute.close();
  });
  const client = new AbortController();
  const second = await hostileProvider(t, () => client.abort());
  const first = `https://127.0.0.1:${(mute.address() as AddressInfo).port}`;
  const providers = [testProvider('a', first), testProvider('b', second)];
  const { ask, registry } = createTestRouter(t, { providers });
  registry.load(policy.settings({ abandonedAnswers: 'stop' }));
  const request = { plan: hedged, candidates: [candidate('a'), candidate('b')] };
  const { usage } = await ask({ messages }, { signal: client.signal, request });
  assert.deepEqual([usage?.outcome, usage?.provider], ['OUTCOME_CLIENT_GONE', 'b']);
  assert.deepEqual([usage?.usage.input, usage?.losses], [5, []]);
});

test('the time of the request ends both calls', async (t) => {
  const { ask, broken } = await world(t, silent, silent);
  const { failure, usage } = await ask({}, { request: { plan: { ...hedged, timeoutMs: 1_000 } } });
  assert.deepEqual([failure?.code, usage?.attempts.length, usage?.usage.input], ['upstream_timeout', 2, 0]);
  assert.deepEqual(usage?.losses.toSorted(), [
    [0, 5, 0, true],
    [1, 5, 0, true],
  ]);
  await Promise.all([broken(0), broken(1)]);
});

test('a client that has left has no second call made', async (t) => {
  const client = new AbortController();
  const first: Script = (response) => {
    client.abort();
    setTimeout(() => response.end(wholeAnswer), SLOW_MS);
  };
  const { ask, calls } = await world(t, first, sound);
  const { usage } = await ask({}, { signal: client.signal });
  await pause(10);
  assert.deepEqual([usage?.outcome, usage?.usage.input, calls], ['OUTCOME_CLIENT_GONE', 7, [1, 0]]);
});

test('a provider that hangs is tried last after a few calls that were outrun, and a quick one is none the worse', async (t) => {
  const { ask, calls, router } = await world(t, silent, sound);
  for (let call = 0; call < FAILURES_MAX; call += 1) assert.equal((await ask()).usage?.provider, 'b');
  assert.deepEqual(calls, [FAILURES_MAX, FAILURES_MAX]);
  const { usage } = await ask();
  assert.deepEqual([usage?.provider, usage?.attempts.length, calls], ['b', 1, [FAILURES_MAX, FAILURES_MAX + 1]]);
  const states = router.providerHealth().map(({ provider, state }) => [provider, state]);
  assert.deepEqual(states, [
    ['a', 'open'],
    ['b', 'closed'],
  ]);
});
