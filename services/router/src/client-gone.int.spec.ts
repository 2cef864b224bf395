import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import { policy } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import {
  admit,
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

test('a client that leaves a stream: the provider is heard to its end, and its usage is on record', async (t) => {
  const client = new AbortController();
  const baseUrl = await hostileProvider(t, (response) => {
    response.write(contentEvent('one '));
    client.signal.addEventListener('abort', () =>
      response.end(contentEvent('two') + finishEvent + usageEvent + doneEvent),
    );
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const onFrame = (frame: CompleteFrame) => frame.kind === 'data' && client.abort();
  const { usage, text } = await ask({ messages, stream: true }, { signal: client.signal, onFrame });
  assert.deepEqual([usage?.outcome, usage?.estimated, usage?.usage.output], ['OUTCOME_CLIENT_GONE', false, 2]);
  assert.equal(text, contentEvent('one '));
});

test('a provider that does not end is broken off at the bound, and what was streamed is estimated', async (t) => {
  const client = new AbortController();
  const closed = Promise.withResolvers<void>();
  const baseUrl = await hostileProvider(t, (response) => {
    response.once('close', closed.resolve);
    response.write(contentEvent('one two three'));
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], drainMaxMs: 30 });
  const onFrame = (frame: CompleteFrame) => frame.kind === 'data' && client.abort();
  const { usage, failure } = await ask({ messages, stream: true }, { signal: client.signal, onFrame });
  assert.deepEqual([usage?.outcome, usage?.estimated, usage?.usage.output], ['OUTCOME_CLIENT_GONE', true, 3]);
  assert.deepEqual([failure?.code, usage?.attempts[0]?.error], ['client_gone', 'client_gone']);
  await closed.promise;
});

test('where policy says so, the provider is called off when its client leaves, and what was streamed is estimated', async (t) => {
  const client = new AbortController();
  const closed = Promise.withResolvers<void>();
  const baseUrl = await hostileProvider(t, (response) => {
    response.once('close', closed.resolve);
    response.write(contentEvent('one two three'));
  });
  const { ask, registry } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], drainMaxMs: 60_000 });
  registry.load(policy.settings({ abandonedAnswers: 'stop' }));
  const onFrame = (frame: CompleteFrame) => frame.kind === 'data' && client.abort();
  const { usage, failure } = await ask({ messages, stream: true }, { signal: client.signal, onFrame });
  await closed.promise;
  assert.deepEqual([failure?.code, usage?.outcome, usage?.estimated], ['client_gone', 'OUTCOME_CLIENT_GONE', true]);
  assert.deepEqual([usage?.usage.output, usage?.usageFlags], [3, ['abandoned:stopped']]);
});

test('policy says how long an abandoned answer is heard, too', async (t) => {
  const client = new AbortController();
  const baseUrl = await hostileProvider(t, (response) => {
    response.write(contentEvent('one'));
    const finish = () => response.end(finishEvent + usageEvent + doneEvent);
    client.signal.addEventListener('abort', () => setTimeout(finish, 100));
  });
  const { ask, registry } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], drainMaxMs: 1 });
  registry.load(policy.settings({ drainSeconds: 60 }));
  const onFrame = (frame: CompleteFrame) => frame.kind === 'data' && client.abort();
  const { usage } = await ask({ messages, stream: true }, { signal: client.signal, onFrame });
  assert.deepEqual([usage?.outcome, usage?.estimated], ['OUTCOME_CLIENT_GONE', false]);
});

test('a client that leaves before a whole answer: the answer is awaited, and recorded as it was used', async (t) => {
  const client = new AbortController();
  const baseUrl = await hostileProvider(t, (response) => {
    client.signal.addEventListener('abort', () => response.end(wholeAnswer));
    client.abort();
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { usage } = await ask({ messages }, { signal: client.signal });
  assert.deepEqual([usage?.outcome, usage?.estimated, usage?.usage.input], ['OUTCOME_CLIENT_GONE', false, 7]);
});

test('an answer that does not come within the bound costs the prompt, as an estimate', async (t) => {
  const client = new AbortController();
  const baseUrl = await hostileProvider(t, () => client.abort());
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], drainMaxMs: 30 });
  const { usage, failure } = await ask({ messages }, { signal: client.signal });
  assert.deepEqual([failure?.code, usage?.outcome, usage?.provider], ['client_gone', 'OUTCOME_CLIENT_GONE', 'p']);
  assert.deepEqual([usage?.estimated, usage?.usage.input, usage?.usage.output], [true, 5, 0]);
});

test('a client that was gone from the start costs nothing, and no provider is called', async (t) => {
  let calls = 0;
  const baseUrl = await hostileProvider(t, () => {
    calls += 1;
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { usage, failure } = await ask({ messages }, { signal: AbortSignal.abort() });
  assert.deepEqual([calls, failure?.code, usage?.outcome], [0, 'client_gone', 'OUTCOME_CLIENT_GONE']);
  assert.deepEqual([usage?.attempts.length, usage?.usage.input, usage?.estimated], [0, 0, false]);
});

test('for a client that is gone no second provider is asked', async (t) => {
  const client = new AbortController();
  const first = await hostileProvider(t, (response) => {
    client.abort();
    response.writeHead(500).end();
  });
  const second = await hostileProvider(t, (response) => response.end(wholeAnswer));
  const { ask } = createTestRouter(t, { providers: [testProvider('a', first), testProvider('b', second)] });
  const { usage } = await ask({ messages }, { signal: client.signal });
  assert.deepEqual([usage?.outcome, usage?.attempts.length, usage?.usage.input], ['OUTCOME_CLIENT_GONE', 1, 0]);
});

test('a reader that stops reading counts as gone, and its usage is on record', async (t) => {
  const stopped = Promise.withResolvers<void>();
  const baseUrl = await hostileProvider(t, (response) => {
    response.write(contentEvent('one'));
    void stopped.promise.then(() => response.end(finishEvent + usageEvent + doneEvent));
  });
  const { router, models, journal, usageOf } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const request = await admit(journal, models, { model: 'm', messages, stream: true });
  for await (const frame of router.complete(request, new AbortController().signal)) {
    if (frame.kind === 'data') break;
  }
  stopped.resolve();
  const recorded = Promise.withResolvers<void>();
  journal.subscribe({ name: 't', afterPosition: 1, onEvents: () => recorded.resolve() });
  await recorded.promise;
  const usage = await usageOf(request.requestId);
  assert.deepEqual([usage?.outcome, usage?.usage.input], ['OUTCOME_CLIENT_GONE', 7]);
});
