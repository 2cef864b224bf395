import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { PricedCandidate } from '#contracts/quota.ts';
import { plainPlan } from '#contracts/routing.ts';
import { policy } from '#testkit/policy.ts';
import { type Scope, test } from '#testkit/test.ts';
import { type Asked, contentEvent, createTestRouter, hostileProvider, testProvider, wholeAnswer } from './testing.ts';

const messages = [{ role: 'user', content: 'Hi' }];

/** How a provider answers a call, by its number from 1. */
type Script = (response: ServerResponse, call: number) => void;

const errorOf = (message: string, code: string | null = null): string =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } });
const sound: Script = (response) => response.end(wholeAnswer);
const status =
  (code: number, document = '', headers: Record<string, string> = {}): Script =>
  (response) =>
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(document);

/** A provider's base URL, and how often it was called. */
async function provide(t: Scope, script: Script) {
  const calls = { total: 0, atMs: [] as number[] };
  const baseUrl = await hostileProvider(t, (response, _request, _body, call) => {
    calls.total = call;
    calls.atMs.push(performance.now());
    script(response, call);
  });
  return { baseUrl, calls };
}

function candidate(provider: string, place: Partial<PricedCandidate> = {}): PricedCandidate {
  return { provider, model: 'm', priceKey: 'openai/m', priceVersion: 1, ...place };
}

const ways = ({ usage }: Asked) => usage?.attempts.map(({ provider, account = '' }) => provider + account);
const classes = ({ usage }: Asked) => usage?.attempts.map(({ failure = '' }) => failure);

test('every attempt says where it went, why, and what came of it', async (t) => {
  const first = await provide(t, status(503));
  const second = await provide(t, sound);
  const { ask } = createTestRouter(t, {
    providers: [testProvider('a', first.baseUrl), testProvider('b', second.baseUrl)],
  });
  const { usage } = await ask({ messages });
  const [one, two] = usage?.attempts ?? [];
  assert.deepEqual(
    [one?.failure, one?.error, one?.status, one?.firstByteMs],
    ['overload', 'upstream_error', 503, undefined],
  );
  assert.deepEqual(
    [two?.failure, two?.error, two?.reason, two?.isHedge],
    [undefined, '', 'after overload at a', undefined],
  );
  assert.ok(Number(two?.firstByteMs) > 0);
});

test('a key that is refused sends to another account of the provider before another provider', async (t) => {
  const locked = await provide(t, status(401, errorOf('Incorrect API key')));
  const open = await provide(t, sound);
  const other = await provide(t, sound);
  const a = testProvider('a', locked.baseUrl, {
    accounts: [{ id: '1' }, { id: '2', baseUrl: open.baseUrl }] as never,
  });
  const { ask } = createTestRouter(t, { providers: [a, testProvider('b', other.baseUrl)] });
  const candidates = [candidate('a'), candidate('b')];
  const asked = await ask({ messages }, { request: { candidates } });
  assert.deepEqual([asked.failure, ways(asked), classes(asked)], [undefined, ['a1', 'a2'], ['key', '']]);
});

test('a prompt that is too long goes to a larger model, and to no other', async (t) => {
  const words = errorOf('maximum context length is 8 tokens', 'context_length_exceeded');
  const small = await provide(t, status(400, words));
  const large = await provide(t, sound);
  const { ask } = createTestRouter(t, {
    providers: ['a', 'b', 'c'].map((name) => testProvider(name, name === 'c' ? large.baseUrl : small.baseUrl)),
  });
  const candidates = [
    candidate('a', { contextTokens: 8 }),
    candidate('b', { contextTokens: 8 }),
    candidate('c', { contextTokens: 100, stage: 1 }),
  ];
  const asked = await ask({ messages }, { request: { candidates } });
  assert.deepEqual([asked.failure, ways(asked)], [undefined, ['a', 'c']]);
  const listed = [candidate('a'), candidate('b'), candidate('c', { stage: 1, standsInFor: 'context_window' })];
  assert.deepEqual(ways(await ask({ messages }, { request: { candidates: listed } })), ['a', 'c']);
  const alone = await ask({ messages }, { request: { candidates: candidates.slice(0, 2) } });
  assert.deepEqual([alone.failure?.code, ways(alone)], ['context_length_exceeded', ['a']]);
  assert.equal(alone.failure?.providerBody?.toString(), words);
});

test('a policy sends to a model that was listed for it, and a model for a window or a policy is tried for nothing else', async (t) => {
  const strict = await provide(t, status(400, errorOf('It was filtered', 'content_filter')));
  const broken = await provide(t, status(401));
  const lenient = await provide(t, sound);
  const { ask } = createTestRouter(t, {
    providers: [
      testProvider('strict', strict.baseUrl),
      testProvider('broken', broken.baseUrl),
      testProvider('lenient', lenient.baseUrl),
    ],
  });
  const last = candidate('lenient', { stage: 1, standsInFor: 'content_policy' });
  const asked = await ask({ messages }, { request: { candidates: [candidate('strict'), candidate('broken'), last] } });
  assert.deepEqual(
    [asked.failure, ways(asked), classes(asked)],
    [undefined, ['strict', 'lenient'], ['content-policy', '']],
  );
  for (const standsInFor of ['content_policy', 'context_window'] as const) {
    const candidates = [candidate('broken'), { ...last, standsInFor }];
    assert.deepEqual(ways(await ask({ messages }, { request: { candidates } })), ['broken']);
  }
});

test('a provider that is no candidate is never called, whatever it has and however much fails', async (t) => {
  const broken = await provide(t, status(500));
  const paid = await provide(t, sound);
  const { ask } = createTestRouter(t, {
    providers: [testProvider('free', broken.baseUrl), testProvider('paid', paid.baseUrl)],
  });
  const asked = await ask({ messages }, { request: { candidates: [candidate('free')] } });
  assert.deepEqual([asked.failure?.code, ways(asked), paid.calls.total], ['upstream_error', ['free', 'free'], 0]);
});

test('a wait that a provider asks for is waited out before it is asked again', async (t) => {
  for (const headers of [{ 'retry-after-ms': '300' }, { 'x-ms-retry-after-ms': '300' }, { 'retry-after': '0.3' }]) {
    const { baseUrl, calls } = await provide(t, (response, call) =>
      call === 1 ? status(429, '', headers as never)(response, call) : sound(response, call),
    );
    const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
    assert.equal((await ask({ messages })).failure, undefined);
    const [first = 0, second = 0] = calls.atMs;
    assert.ok(second - first >= 295, `${JSON.stringify(headers)}: ${second - first} ms`);
  }
});

test('a provider that says that it is not to be asked again is not', async (t) => {
  const { baseUrl, calls } = await provide(t, status(503, '', { 'x-should-retry': 'false' }));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  await ask({ messages });
  assert.equal(calls.total, 1);
});

test('where every provider limits the rate, the client is told the shortest wait, also one that stands in a document', async (t) => {
  const info = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' };
  const google = JSON.stringify([{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{}, info] } }]);
  const first = await provide(t, status(429, '', { 'retry-after': '90' }));
  const second = await provide(t, status(429, google));
  const { ask } = createTestRouter(t, {
    providers: [testProvider('a', first.baseUrl), testProvider('b', second.baseUrl)],
  });
  const { failure } = await ask({ messages });
  assert.deepEqual([failure?.code, failure?.retryAfterMs], ['upstream_rate_limited', 34_070]);
});

test('a provider is asked again as often as policy says of it, and a request has as many attempts as its plan and policy say', async (t) => {
  const { baseUrl, calls } = await provide(t, status(500));
  const callsOf = async (more: object, attemptsMax = 0, settings = 0) => {
    const { ask, registry } = createTestRouter(t, { providers: [testProvider('p', baseUrl, more)] });
    registry.load(policy.settings({ attemptsMax: settings }));
    const before = calls.total;
    await ask({ messages }, { request: { plan: { ...plainPlan, attemptsMax } } });
    return calls.total - before;
  };
  const often = { retriesMax: 8, retryIntervalMs: 1 };
  assert.deepEqual([await callsOf({}), await callsOf({ neverRetried: true, retriesMax: 5 })], [2, 1]);
  assert.deepEqual([await callsOf(often), await callsOf(often, 0, 5), await callsOf(often, 2, 5)], [3, 5, 2]);
});

test('a provider that fails all its calls gets no more repetitions than its budget has', async (t) => {
  const { baseUrl, calls } = await provide(t, status(500));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { retryIntervalMs: 1 })] });
  for (let i = 0; i < 40; i += 1) await ask({ messages });
  assert.ok(calls.total >= 50 && calls.total <= 54, `${calls.total} calls for 40 requests`);
});

test('no pause is begun that would outlast the time of the request', async (t) => {
  const { baseUrl, calls } = await provide(t, status(429, '', { 'retry-after-ms': '1900' }));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const plan = { ...plainPlan, timeoutMs: 1_800 };
  const { failure } = await ask({ messages }, { request: { plan } });
  assert.deepEqual([failure?.code, calls.total], ['upstream_rate_limited', 1]);
});

test('who gives a request little time pays for what a provider did meanwhile, and speaks ill of no provider', async (t) => {
  const { baseUrl } = await provide(t, () => undefined);
  const { ask, router } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const outcomes: unknown[] = [];
  for (const isTimeoutClients of [true, false]) {
    const plan = { ...plainPlan, timeoutMs: 150, isTimeoutClients };
    const { failure, usage } = await ask({ messages }, { request: { plan } });
    outcomes.push([failure?.code, usage?.outcome, usage?.usage.input, usage?.losses]);
    const failed = router.providerHealth()[0]?.deployments[0]?.failureBasisPoints ?? 0;
    assert.equal(failed > 0, !isTimeoutClients);
  }
  assert.deepEqual(outcomes, [
    ['upstream_timeout', 'OUTCOME_CUT', 5, []],
    ['upstream_timeout', 'OUTCOME_FAILED', 0, [[0, 5, 0, true]]],
  ]);
});

test('who gives a request no less time than the gateway does pays nothing where that is over', async (t) => {
  const { baseUrl } = await provide(t, () => undefined);
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], requestTimeoutMs: 150 });
  const plan = { ...plainPlan, timeoutMs: 150, isTimeoutClients: true };
  const { failure, usage } = await ask({ messages }, { request: { plan } });
  assert.deepEqual(
    [failure?.code, usage?.outcome, usage?.usage.input, usage?.losses],
    ['upstream_timeout', 'OUTCOME_FAILED', 0, [[0, 5, 0, true]]],
  );
});

test('a request with time beside that of others runs on when theirs is over', async (t) => {
  const othersMs = 100;
  const { baseUrl } = await provide(t, (response) => {
    response.write(contentEvent('one'));
    setTimeout(() => response.end(`${contentEvent('two')}data: [DONE]\n\n`), 3 * othersMs);
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], requestTimeoutMs: othersMs });
  const asked = { messages, stream: true };
  const late = await ask(asked);
  assert.equal(late.failure?.code, 'upstream_timeout');
  const { failure, usage } = await ask(asked, { request: { extraTimeMs: 3_600_000 } });
  assert.deepEqual([failure, usage?.outcome], [undefined, 'OUTCOME_COMPLETED']);
});

test('a call that takes longer than its provider may is ended, also in the middle of its answer', async (t) => {
  const { baseUrl } = await provide(t, (response) => {
    response.write(contentEvent('one'));
    const timer = setInterval(() => response.write(contentEvent('tick')), 5);
    response.once('close', () => clearInterval(timer));
  });
  const silent = await provide(t, () => undefined);
  const { ask } = createTestRouter(t, {
    providers: [
      testProvider('p', baseUrl, { callTimeoutMs: 300 }),
      testProvider('s', silent.baseUrl, { callTimeoutMs: 100 }),
    ],
  });
  const begun = await ask({ messages, stream: true }, { request: { candidates: [candidate('p')] } });
  assert.deepEqual([begun.failure?.code, begun.usage?.outcome], ['upstream_timeout', 'OUTCOME_CUT']);
  const none = await ask({ messages }, { request: { candidates: [candidate('s'), candidate('p')] } });
  assert.deepEqual([none.usage?.attempts[0]?.failure, none.usage?.attempts.length], ['timeout', 2]);
});

test('a request that is longer than a provider is sent goes to the next, and to nobody where there is none', async (t) => {
  const small = await provide(t, sound);
  const large = await provide(t, sound);
  const { ask } = createTestRouter(t, {
    providers: [testProvider('a', small.baseUrl, { requestMaxBytes: 50 }), testProvider('b', large.baseUrl)],
  });
  const asked = await ask({ messages });
  assert.deepEqual([asked.failure, ways(asked), small.calls.total], [undefined, ['b'], 0]);
  const alone = await ask({ messages }, { request: { candidates: [candidate('a')] } });
  assert.deepEqual([alone.failure?.code, ways(alone)], ['body_too_large', []]);
  assert.match(alone.failure?.message ?? '', /a is sent 50 at most/);
});

test('an answer that is longer than is read of a provider is given up, and charged as far as a model has written it', async (t) => {
  const { baseUrl } = await provide(t, (response) => {
    response.write(contentEvent('one two three'));
    setTimeout(() => response.write(contentEvent('x'.repeat(2_000))), 50);
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { answerMaxBytes: 1_000 })] });
  const asked = await ask({ messages, stream: true });
  assert.deepEqual([asked.failure?.code, asked.usage?.outcome], ['upstream_invalid_response', 'OUTCOME_CUT']);
  assert.match(asked.failure?.message ?? '', /too long/);
  assert.ok(Number(asked.usage?.usage.output) >= 3);
  const noise = await provide(t, (response) => response.end(' '.repeat(5_000)));
  const silent = createTestRouter(t, { providers: [testProvider('p', noise.baseUrl, { answerMaxBytes: 1_000 })] });
  const { usage } = await silent.ask({ messages });
  assert.deepEqual(
    [usage?.outcome, usage?.attempts[0]?.failure, usage?.usage.output],
    ['OUTCOME_FAILED', 'unreadable', 0],
  );
});

test('a provider without a free place uses up no attempt', async (t) => {
  const busy = await provide(t, () => undefined);
  const other = await provide(t, sound);
  const full = { concurrencyMax: 1, queueMax: 1, queueTimeoutMs: 50 };
  const { ask } = createTestRouter(t, {
    providers: [testProvider('a', busy.baseUrl, full), testProvider('b', other.baseUrl, full)],
    closeMaxMs: 50,
  });
  const client = new AbortController();
  const holding = ask({ messages }, { signal: client.signal, request: { candidates: [candidate('a')] } });
  while (busy.calls.total === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const plan = { ...plainPlan, attemptsMax: 1 };
  const asked = await ask({ messages }, { request: { plan, candidates: [candidate('a'), candidate('b')] } });
  assert.deepEqual([asked.failure, ways(asked)], [undefined, ['b']]);
  const alone = await ask({ messages }, { request: { candidates: [candidate('a')] } });
  assert.deepEqual([alone.failure?.code, ways(alone)], ['unavailable', []]);
  assert.ok(Number(alone.failure?.retryAfterMs) > 0);
  client.abort();
  void holding;
});

test('a size that a provider refuses says nothing against its health', async (t) => {
  const { baseUrl } = await provide(t, status(413));
  const { ask, router } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  for (let i = 0; i < 6; i += 1) await ask({ messages });
  assert.deepEqual([router.providerHealth()[0]?.isHealthy, router.providerHealth()[0]?.state], [true, 'closed']);
});
