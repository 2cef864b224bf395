import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { EventBodies } from '#contracts/events.ts';
import { plainPlan, type RoutingPlan } from '#contracts/routing.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import { type Scope, test } from '#testkit/test.ts';
import {
  type AskOptions,
  contentEvent,
  createTestRouter,
  doneEvent,
  finishEvent,
  hostileProvider,
  type TestRouter,
  type TestRouterConfig,
  testProvider,
  usageEvent,
  wholeAnswer,
} from './testing.ts';

const candidate = { provider: 'main', model: 'm', priceKey: 'openai/m', priceVersion: 1 };
const target = { provider: 'copy', model: 'n', priceKey: 'openai/n', priceVersion: 3 };
const plan: RoutingPlan = { ...plainPlan, routeId: 'route-1', shadow: target };
const shadowed = { request: { candidates: [candidate], plan } } satisfies AskOptions;
const question = { messages: [{ role: 'user', content: 'A question of some words' }] };

type Answer = (response: ServerResponse, body: string) => void;

const whole: Answer = (response) => void response.end(wholeAnswer);

/** A router of a provider that answers clients and one that gets copies. */
async function shadowRouter(
  scope: Scope,
  answers: { readonly main?: Answer; readonly copy: Answer },
  more: Partial<TestRouterConfig> = {},
  wrapJournal?: (journal: Journal) => Journal,
): Promise<TestRouter> {
  const { main = whole, copy } = answers;
  const mainUrl = await hostileProvider(scope, (response, _request, body) => main(response, body));
  const copyUrl = await hostileProvider(scope, (response, _request, body) => copy(response, body));
  const providers = [testProvider('main', mainUrl), testProvider('copy', copyUrl, { models: ['n'] })];
  return createTestRouter(scope, { providers, ...more }, wrapJournal);
}

/** Resolves with the record of a request's copy, when it is there. */
async function recordOf({ journal }: TestRouter, requestId: string): Promise<EventBodies['ShadowRecorded']> {
  const recorded = Promise.withResolvers<EventBodies['ShadowRecorded']>();
  const subscription = journal.subscribe({
    name: 'shadows',
    afterPosition: 0,
    onEvents: (events) => {
      for (const event of events) {
        if (event.type === 'ShadowRecorded' && event.data.requestId === requestId) recorded.resolve(event.data);
      }
    },
  });
  const record = await recorded.promise;
  await subscription.close();
  return record;
}

test('the client has its whole answer while the copy is still under way, and the copy is recorded when it is over', async (scope) => {
  const asked = Promise.withResolvers<ServerResponse>();
  let sent = '';
  const router = await shadowRouter(scope, {
    copy(response, body) {
      sent = body;
      asked.resolve(response);
    },
  });
  const { requestId, text, usage, failure } = await router.ask(question, shadowed);
  assert.deepEqual([text, failure], [wholeAnswer, undefined]);
  assert.deepEqual([usage?.usage.input, usage?.usage.output, usage?.attempts.length, usage?.losses], [7, 2, 1, []]);
  const response = await asked.promise;
  assert.equal((JSON.parse(sent) as { model: string }).model, 'n');
  assert.deepEqual(await router.journal.readStream(streams.shadow(requestId)), []);
  response.end(
    wholeAnswer.replace('Hello there', '  Hello\\n\\nthere').replace('"prompt_tokens":7', '"prompt_tokens":9'),
  );
  const record = await recordOf(router, requestId);
  assert.deepEqual(
    [record.routeId, record.candidate, record.outcome, record.status, record.error, record.isSameText],
    ['route-1', target, 'OUTCOME_COMPLETED', 200, '', true],
  );
  assert.deepEqual(record.quantities, [
    { unit: 'input', quantity: 9 },
    { unit: 'output', quantity: 2 },
  ]);
  assert.partialDeepStrictEqual(record.answer, { provider: 'main', model: 'm', outcome: 'OUTCOME_COMPLETED' });
  assert.deepEqual([record.answer.textCharacters, record.textCharacters], [11, 14]);
  assert.doesNotMatch(JSON.stringify(record), /Hello|question/);
  assert.deepEqual(await router.usageOf(requestId), usage);
});

const brokenCopies: readonly (readonly [what: string, copy: Answer, outcome: string, error: string])[] = [
  [
    'refuses',
    (response) => void response.writeHead(400).end('{"error":{"message":"no"}}'),
    'OUTCOME_FAILED',
    'upstream_refused',
  ],
  ['fails', (response) => void response.writeHead(500).end('{}'), 'OUTCOME_FAILED', 'upstream_error'],
  ['limits the rate', (response) => void response.writeHead(429).end('{}'), 'OUTCOME_FAILED', 'upstream_rate_limited'],
  ['closes the connection', (response) => void response.destroy(), 'OUTCOME_FAILED', 'upstream_cut'],
  [
    'writes garbage',
    (response) => void response.end('data: {nonsense\n\n'),
    'OUTCOME_FAILED',
    'upstream_invalid_response',
  ],
  [
    'is cut',
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(contentEvent('Hello'), () => response.destroy());
    },
    'OUTCOME_CUT',
    'upstream_cut',
  ],
];

for (const [what, copy, outcome, error] of brokenCopies) {
  test(`a shadow that ${what} changes nothing for the client, and is recorded`, async (scope) => {
    const streamed = [contentEvent('Hello'), contentEvent(' there'), finishEvent, usageEvent, doneEvent].join('');
    const router = await shadowRouter(scope, { main: (response) => void response.end(streamed), copy });
    const asked = { stream: true, stream_options: { include_usage: true }, ...question };
    const plain = await router.ask(asked, { request: { candidates: [candidate] } });
    const { requestId, text, failure, usage } = await router.ask(asked, shadowed);
    assert.deepEqual([text, failure, usage?.usage], [plain.text, undefined, plain.usage?.usage]);
    const record = await recordOf(router, requestId);
    assert.deepEqual([record.outcome, record.error, record.isSameText], [outcome, error, false]);
    assert.deepEqual(record.quantities.length > 0, outcome === 'OUTCOME_CUT');
    assert.equal(record.estimated, outcome === 'OUTCOME_CUT');
  });
}

test('a shadow that cannot be reached, and one that is not there, change nothing for the client', async (scope) => {
  const url = await hostileProvider(scope, (response) => whole(response, ''));
  const providers = [testProvider('main', url), testProvider('copy', 'http://127.0.0.1:1/v1', { models: ['n'] })];
  const router = createTestRouter(scope, { providers });
  const asked = await router.ask(question, shadowed);
  assert.equal(asked.text, wholeAnswer);
  const { outcome, error, quantities } = await recordOf(router, asked.requestId);
  assert.deepEqual([outcome, error, quantities], ['OUTCOME_FAILED', 'upstream_error', []]);
  const nowhere = { ...plan, shadow: { ...target, provider: 'gone' } };
  assert.equal((await router.ask(question, { request: { candidates: [candidate], plan: nowhere } })).text, wholeAnswer);
  await router.router.close();
  assert.deepEqual(router.copies, ['copy failed', 'gone skipped']);
});

test('no more copies than the bound are under way: the others are skipped and counted', async (scope) => {
  const held: ServerResponse[] = [];
  const router = await shadowRouter(scope, { copy: (response) => void held.push(response) }, { shadowsMax: 1 });
  const first = await router.ask(question, shadowed);
  const second = await router.ask(question, shadowed);
  assert.deepEqual([first.text, second.text, router.copies], [wholeAnswer, wholeAnswer, ['copy skipped']]);
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  whole(held[0] as ServerResponse, '');
  await recordOf(router, first.requestId);
  assert.deepEqual(await router.journal.readStream(streams.shadow(second.requestId)), []);
});

test('a body beyond the bound of all bodies is not copied', async (scope) => {
  const router = await shadowRouter(scope, { copy: whole }, { shadowBodiesMaxBytes: 20 });
  assert.equal((await router.ask(question, shadowed)).text, wholeAnswer);
  assert.deepEqual(router.copies, ['copy skipped']);
});

test('a copy whose time is over is recorded as one that may be billed', async (scope) => {
  const router = await shadowRouter(scope, { copy: () => undefined }, { shadowTimeoutMs: 1_000 });
  const { requestId } = await router.ask(question, shadowed);
  const { outcome, error, estimated, quantities } = await recordOf(router, requestId);
  assert.deepEqual([outcome, error, estimated], ['OUTCOME_FAILED', 'upstream_timeout', true]);
  assert.deepEqual(
    quantities.map(({ unit }) => unit),
    ['input'],
  );
});

test('a router that closes waits for a copy within its bound, and records what is known of it then', async (scope) => {
  const router = await shadowRouter(scope, { copy: () => undefined }, { closeMaxMs: 50 });
  const { requestId } = await router.ask(question, shadowed);
  await router.router.close();
  const [record] = await router.journal.readStream(streams.shadow(requestId));
  assert.ok(record?.type === 'ShadowRecorded');
  assert.deepEqual([record.data.outcome, record.data.error], ['OUTCOME_FAILED', 'unavailable']);
});

test('a record that the log does not take at once is brought later; one that it never takes is counted as lost', async (scope) => {
  let refusals = 2;
  const flaky = (journal: Journal): Journal => ({
    ...journal,
    append: (request) =>
      request.stream.startsWith('shadow-') && refusals-- > 0
        ? Promise.reject(new Fault({ code: 'unavailable', message: 'The log is away.' }))
        : journal.append(request),
  });
  const router = await shadowRouter(scope, { copy: whole }, {}, flaky);
  const { requestId } = await router.ask(question, shadowed);
  await recordOf(router, requestId);
  refusals = Number.POSITIVE_INFINITY;
  await router.ask(question, shadowed);
  await router.router.close();
  assert.deepEqual(router.copies, ['copy completed', 'copy lost']);
});

test('a request that failed gets a copy all the same; one whose client left gets none', async (scope) => {
  const main: Answer = (response) => void response.writeHead(400).end('{"error":{"message":"no"}}');
  const router = await shadowRouter(scope, { main, copy: whole });
  const failed = await router.ask(question, shadowed);
  assert.equal(failed.failure?.code, 'upstream_refused');
  const record = await recordOf(router, failed.requestId);
  assert.deepEqual([record.outcome, record.isSameText], ['OUTCOME_COMPLETED', false]);
  assert.partialDeepStrictEqual(record.answer, { provider: '', outcome: 'OUTCOME_FAILED', textCharacters: 0 });
  await router.ask(question, { ...shadowed, signal: AbortSignal.abort() });
  await router.router.close();
  assert.deepEqual(router.copies, ['copy completed']);
});
