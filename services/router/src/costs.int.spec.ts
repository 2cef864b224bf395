import assert from 'node:assert/strict';
import type { EventBodies } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import { newId } from '#kernel/ids.ts';
import { termsToEvent } from '#money/price.ts';
import { examplePrice } from '#testkit/example-price.ts';
import { type Scope, test } from '#testkit/test.ts';
import {
  admit,
  contentEvent,
  createTestRouter,
  doneEvent,
  finishEvent,
  hostileProvider,
  type TestRouter,
  testProvider,
  usageEvent,
  wholeAnswer,
} from './testing.ts';

const messages = [{ role: 'user', content: 'Hi' }];

/** A log with a price of 2 nano-USD for a token in and 3 for one out. */
async function publish({ journal }: TestRouter): Promise<void> {
  const { contextTokens, outputTokensMax, ...price } = examplePrice('openai/m', 1, 2_000n, 3_000n);
  const data: EventBodies['PricePublished'] = {
    priceKey: 'openai/m',
    ...termsToEvent(price),
    contextTokens,
    outputTokensMax,
    source: 'test',
    publishedAtMs: '0',
    effectiveAtMs: '0',
  };
  await journal.append({
    stream: streams.price('openai/m'),
    expectedVersion: 0,
    events: [{ eventId: newId(), type: 'PricePublished', data }],
    correlationId: '',
    causationId: '',
  });
}

async function asked(t: Scope, body: object, more: object = {}) {
  const baseUrl = await hostileProvider(t, (response, _request, text) => {
    const isStream = JSON.parse(text).stream === true;
    response.end(isStream ? contentEvent('Hello') + finishEvent + usageEvent + doneEvent : wholeAnswer);
  });
  const world = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  await publish(world);
  const request = await admit(world.journal, world.models, { model: 'm', messages, ...body });
  const frames = await Array.fromAsync(
    world.router.complete({ ...request, multiplierBasisPoints: 15_000, ...more }, new AbortController().signal),
  );
  const [head] = frames;
  const end = frames.at(-1);
  const text = frames.map((frame) => (frame.kind === 'data' ? frame.data.toString() : '')).join('');
  return {
    head: head?.kind === 'head' ? head.costNanoUsd : null,
    end: end?.kind === 'end' ? end.summary.costNanoUsd : null,
    text,
  };
}

// 7 in at 2 nano-USD, 2 out at 3, times 1.5.
const COST = 30n;

test('a whole answer tells its cost before its first byte, a stream at its end, in the money that billing charges', async (t) => {
  const whole = await asked(t, {});
  assert.deepEqual([whole.head, whole.end], [COST, COST]);
  const stream = await asked(t, { stream: true });
  assert.deepEqual([stream.head, stream.end], [undefined, COST]);
});

test('the cost stands in the usage of a client that wants it there', async (t) => {
  assert.equal(JSON.parse((await asked(t, {}, { tellsCost: true })).text).usage.cost, 0.00000003);
  assert.equal(JSON.parse((await asked(t, {})).text).usage.cost, undefined);
});

test('a price that there is none of is told to nobody', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => response.end(wholeAnswer));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const { frames, failure } = await ask({ messages });
  const end = frames.at(-1);
  assert.deepEqual([failure, end?.kind === 'end' && end.summary.costNanoUsd], [undefined, undefined]);
});
