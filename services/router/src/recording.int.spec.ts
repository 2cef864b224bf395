import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { requestEventId } from '#contracts/request-event-id.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import { expired } from '#testkit/events.ts';
import { test } from '#testkit/test.ts';
import {
  admit,
  contentEvent,
  createTestRouter,
  doneEvent,
  hostileProvider,
  type TestRouter,
  testProvider,
  usageEvent,
  wholeAnswer,
} from './testing.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const streamed = contentEvent('one') + usageEvent + doneEvent;
const unavailable = new Fault({ code: 'unavailable', message: 'No log.' });

/** A journal whose appends fail as long as `fails` says so. `before` lets them be written all the same. */
const failing = (fails: (call: number) => boolean, isWritten = false) => {
  let calls = 0;
  return (journal: Journal): Journal => ({
    ...journal,
    async append(request) {
      calls += 1;
      const hasFailed = fails(calls);
      if (hasFailed && isWritten) await journal.append(request);
      if (hasFailed) throw unavailable;
      return journal.append(request);
    },
  });
};

test('the usage is version 2 of the request, follows from the admission, and has the one id it can have', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => response.end(wholeAnswer));
  const { ask, journal } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { requestId } = await ask({ messages });
  const [admission, usage] = await journal.readStream(streams.request(requestId));
  assert.equal(usage?.eventId, requestEventId(requestId, 'usage-recorded'));
  assert.deepEqual([usage?.version, usage?.correlationId, usage?.causationId], [2, requestId, admission?.eventId]);
});

test('a log that is away for a moment is waited for, and the usage is there once', async (t) => {
  for (const isWritten of [false, true]) {
    const baseUrl = await hostileProvider(t, (response) => response.end(streamed));
    const config = { providers: [testProvider('p', baseUrl)] };
    const { ask, journal } = createTestRouter(
      t,
      config,
      failing((call) => call < 3, isWritten),
    );
    const { failure, text, requestId } = await ask({ messages, stream: true });
    assert.equal(failure, undefined);
    assert.ok(text.endsWith(doneEvent));
    assert.equal((await journal.readStream(streams.request(requestId))).length, 2);
  }
});

/** A log in which the admission arrives only after so many appends of the usage. */
const lateAdmission = (appends: number) => {
  let left = appends;
  return (journal: Journal): Journal => ({
    ...journal,
    async append(request) {
      if (left === 0) return journal.append(request);
      left -= 1;
      return { kind: 'version-conflict', actualVersion: 0 };
    },
  });
};

test('a usage waits for its admission, which may be on its way by another way', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => response.end(wholeAnswer));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] }, lateAdmission(3));
  const { failure, usage } = await ask({ messages });
  assert.equal(failure, undefined);
  assert.equal(usage?.outcome, 'OUTCOME_COMPLETED');
});

test('without its admission no answer is completed', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => response.end(wholeAnswer));
  const config = { providers: [testProvider('p', baseUrl)], recordMaxMs: 100 };
  const { ask } = createTestRouter(t, config, lateAdmission(Number.POSITIVE_INFINITY));
  const { failure, text, usage } = await ask({ messages });
  assert.deepEqual([failure?.code, text, usage], ['unavailable', '', undefined]);
});

test('without a log no answer is completed, streamed or whole', async (t) => {
  for (const stream of [false, true]) {
    const baseUrl = await hostileProvider(t, (response) => response.end(stream ? streamed : wholeAnswer));
    const config = { providers: [testProvider('p', baseUrl)], recordMaxMs: 100 };
    const { ask, lost, router } = createTestRouter(
      t,
      config,
      failing(() => true),
    );
    const { failure, text, usage } = await ask({ messages, stream });
    assert.deepEqual([failure?.code, usage], ['unavailable', undefined]);
    assert.equal(text, stream ? contentEvent('one') : '');
    // A stream is recorded as soon as the log is back. If the router ends before that, it is lost as well.
    assert.deepEqual(lost, stream ? [] : ['p input 7', 'p output 2']);
    await router.close();
    assert.deepEqual(lost, ['p input 7', 'p output 2']);
  }
});

test('a log that comes back later gets what was streamed, and of an answer that was not given that the house pays it', async (t) => {
  for (const stream of [false, true]) {
    const baseUrl = await hostileProvider(t, (response) => response.end(stream ? streamed : wholeAnswer));
    let isAway = true;
    const { ask, journal, usageOf, lost } = createTestRouter(
      t,
      { providers: [testProvider('p', baseUrl)], recordMaxMs: 20 },
      failing(() => isAway),
    );
    const { failure, requestId } = await ask({ messages, stream });
    assert.equal(failure?.code, 'unavailable');
    const recorded = Promise.withResolvers<void>();
    journal.subscribe({ name: 't', afterPosition: 1, onEvents: () => recorded.resolve() });
    isAway = false;
    await recorded.promise;
    const usage = await usageOf(requestId);
    assert.deepEqual([usage?.outcome, usage?.usage.input], stream ? ['OUTCOME_COMPLETED', 7] : ['OUTCOME_FAILED', 0]);
    assert.equal(lost.length, stream ? 0 : 2);
    assert.deepEqual(usage?.losses, stream ? [] : [[0, 7, 2, false]]);
  }
});

test('an answer that comes after its hold has ended is not completed', async (t) => {
  const { journal, router, models, usageOf, lost } = createTestRouter(t, {
    providers: [testProvider('p', await hostileProvider(t, (response) => response.end(streamed)))],
  });
  const request = await admit(journal, models, { model: 'm', messages, stream: true });
  await journal.append({
    stream: streams.request(request.requestId),
    expectedVersion: 1,
    events: [{ eventId: 'expiry', ...expired({ requestId: request.requestId, userId: 'u' }) }],
    correlationId: request.requestId,
    causationId: '',
  });
  const frames = [];
  for await (const frame of router.complete(request, new AbortController().signal)) frames.push(frame);
  const last = frames.at(-1);
  assert.equal(last?.kind === 'failure' && last.failure.code, 'unavailable');
  assert.ok(!JSON.stringify(frames).includes('[DONE]'));
  assert.equal(await usageOf(request.requestId), undefined);
  assert.deepEqual(lost, ['p input 7', 'p output 2']);
});

test('closing lets an answer under way end, and refuses what comes later with its usage on record', async (t) => {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const baseUrl = await hostileProvider(t, (response) => {
    response.write(contentEvent('one'), () => begun.resolve());
    void end.promise.then(() => response.end(usageEvent + doneEvent));
  });
  const { ask, router } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], closeMaxMs: 5_000 });
  const underWay = ask({ messages, stream: true });
  await begun.promise;
  const closed = router.close();
  const late = await ask({ messages });
  assert.deepEqual([late.failure?.code, late.usage?.outcome], ['unavailable', 'OUTCOME_FAILED']);
  end.resolve();
  assert.equal((await underWay).failure, undefined);
  await closed;
});

test('closing breaks off what does not end within the bound, and what was streamed is on record', async (t) => {
  const begun = Promise.withResolvers<void>();
  const baseUrl = await hostileProvider(t, (response) => void response.write(contentEvent('one')));
  const { ask, router } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], closeMaxMs: 30 });
  const underWay = ask({ messages, stream: true }, { onFrame: () => begun.resolve() });
  await begun.promise;
  await router.close();
  const { failure, usage } = await underWay;
  assert.deepEqual([failure?.code, usage?.outcome, usage?.usage.output], ['upstream_cut', 'OUTCOME_CUT', 1]);
});

/** A journal whose appends wait for `opened`; `asked` resolves with the first. */
const gated = () => {
  const asked = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const gate = (journal: Journal): Journal => ({
    ...journal,
    async append(request) {
      asked.resolve();
      await opened.promise;
      return journal.append(request);
    },
  });
  return { gate, asked: asked.promise, open: opened.resolve };
};

test('an answer that has come whole is given whole, also where its time is over while its usage is recorded', async (t) => {
  for (const stream of [false, true]) {
    const baseUrl = await hostileProvider(t, (response) => response.end(stream ? streamed : wholeAnswer));
    const { gate, asked, open } = gated();
    const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], requestTimeoutMs: 100 }, gate);
    const answer = ask({ messages, stream });
    await asked;
    await pause(150);
    open();
    const { failure, text, usage } = await answer;
    assert.deepEqual([failure, usage?.outcome], [undefined, 'OUTCOME_COMPLETED']);
    assert.equal(text, stream ? contentEvent('one') + doneEvent : wholeAnswer);
  }
});

test('what a slow client has not read yet when its time is over is not left out of an answer that ends well', async (t) => {
  const long = contentEvent('x'.repeat(100_000));
  const pieces = 4;
  const baseUrl = await hostileProvider(t, (response) => response.end(long.repeat(pieces) + usageEvent + doneEvent));
  const config = { providers: [testProvider('p', baseUrl)], requestTimeoutMs: 200 };
  const { journal, router, models } = createTestRouter(t, config);
  const request = await admit(journal, models, { model: 'm', messages, stream: true });
  const frames = router.complete(request, new AbortController().signal);
  await pause(300);
  let bytes = 0;
  let last = '';
  for await (const frame of frames) {
    if (frame.kind === 'data') bytes += frame.data.length;
    last = frame.kind;
  }
  if (last === 'end') assert.equal(bytes, long.length * pieces + doneEvent.length);
  else assert.equal(last, 'failure');
});

/** Runs an admitted request once more, as an ingress does that lost the router of its first run. */
async function runAgain({ journal, router }: TestRouter, request: CompleteRequest) {
  const frames = await Array.fromAsync(router.complete(request, new AbortController().signal));
  const last = frames.at(-1);
  return {
    text: Buffer.concat(frames.flatMap((frame) => (frame.kind === 'data' ? [frame.data] : []))).toString(),
    failure: last?.kind === 'failure' ? last.failure.code : undefined,
    events: (await journal.readStream(streams.request(request.requestId))).length,
  };
}

test('a second run of a request whose first has an answer on record is completed, and charged as the first', async (t) => {
  for (const stream of [false, true]) {
    const lost = new AbortController();
    const baseUrl = await hostileProvider(t, (response, _request, _body, call) => {
      if (call === 1) lost.abort();
      response.end(stream ? streamed : wholeAnswer);
    });
    const world = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
    const request = await admit(world.journal, world.models, { model: 'm', messages, stream });
    await Array.fromAsync(world.router.complete(request, lost.signal));
    assert.equal((await world.usageOf(request.requestId))?.usage.input, 7);
    const text = stream ? contentEvent('one') + doneEvent : wholeAnswer;
    assert.deepEqual(await runAgain(world, request), { text, failure: undefined, events: 2 });
    // The provider answered twice, and the client pays once.
    assert.deepEqual(world.lost, ['p input 7', 'p output 2']);
  }
});

test('one whose first has nothing on record, or an estimate, is not', async (t) => {
  const baseUrl = await hostileProvider(t, (response, _request, _body, call) => {
    if (call > 1) response.end(wholeAnswer);
    else left.abort();
  });
  const world = createTestRouter(t, { providers: [testProvider('p', baseUrl)], drainMaxMs: 20 });
  const left = new AbortController();
  for (const signal of [left.signal, AbortSignal.abort()]) {
    const request = await admit(world.journal, world.models, { model: 'm', messages });
    await Array.fromAsync(world.router.complete(request, signal));
    assert.equal((await world.usageOf(request.requestId))?.usage.output, 0);
    assert.deepEqual(await runAgain(world, request), { text: '', failure: 'unavailable', events: 2 });
  }
});

test('a defect inside the gateway still ends in a record and a failure', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => response.end(wholeAnswer));
  const { journal, router, models, usageOf } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const request = await admit(journal, models, { model: 'm', messages });
  const broken = {
    ...request,
    parsedBody: new Proxy({}, { get: () => assert.fail('a defect'), ownKeys: () => assert.fail() }),
  };
  const frames = [];
  for await (const frame of router.complete(broken, new AbortController().signal)) frames.push(frame);
  const [frame] = frames;
  assert.equal(frame?.kind === 'failure' && frame.failure.code, 'internal_error');
  assert.equal((await usageOf(request.requestId))?.outcome, 'OUTCOME_FAILED');
});
