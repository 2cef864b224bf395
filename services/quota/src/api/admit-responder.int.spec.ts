import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { connectBus } from '#bus/connect-bus.ts';
import { quotaAdmit } from '#bus/subjects.ts';
import { admitRequestToWire, admitResponseFromWire } from '#contracts/admit-wire.ts';
import { Fault } from '#errors/fault.ts';
import { borrowNats } from '#testkit/borrowed-nats.ts';
import { afterAll, test } from '#testkit/test.ts';
import { request } from '../handlers/testing.ts';
import { startAdmitResponder } from './admit-responder.ts';

const logger = pino({ level: 'silent' });
const stack = new AsyncDisposableStack();
const nats = stack.use(await borrowNats());
const bus = await connectBus({ servers: [nats.url], name: 'test', logger });
stack.defer(() => bus.close());
afterAll(() => stack.disposeAsync());

/** What is said, early and at last, of an admission that is decided at once and written as told. */
async function saidOf(noticeTo: string | undefined, durable: Promise<void>) {
  const responder = startAdmitResponder({
    bus,
    part: 0,
    isLeading: () => true,
    epoch: 6,
    logger,
    admit: async () => ({
      result: {
        kind: 'admitted',
        durable,
        eventId: 'e',
        candidates: [],
        holdNanoUsd: 7n,
        outputTokensMax: 5,
        outputTokensBound: 5,
      },
      window: null,
    }),
  });
  await bus.connection.flush();
  const read = (data: Uint8Array) => admitResponseFromWire(new TextDecoder().decode(data));
  const early: ReturnType<typeof read>[] = [];
  const asked = bus.ask(quotaAdmit(0), admitRequestToWire(request({ noticeTo })), 1_000, (data) =>
    early.push(read(data)),
  );
  const answer = await Promise.race([asked.answer.then(({ data }) => read(data)), pause(300, undefined)]);
  asked.forget();
  await responder.close();
  return { early, answer };
}

test('an admission on its way into the log is told early, with its term, and once more when it is durable', async () => {
  const { early, answer } = await saidOf(undefined, pause(10));
  assert.deepEqual(
    early.map(({ result, term }) => [result.kind, term]),
    [['admitted', 6]],
  );
  assert.equal(answer?.result.kind, 'admitted');
});

test('where the log tells the asker that it is durable, quota does not', async () => {
  const { early, answer } = await saidOf('listener', pause(10));
  assert.deepEqual([early.length, answer], [1, undefined]);
});

test('that it could not be written, quota tells in any case', async () => {
  const fault = new Fault({ code: 'unavailable', message: 'No.' });
  const failed = pause(10).then(() => Promise.reject(fault));
  const { answer } = await saidOf('listener', failed);
  assert.ok(answer?.result.kind === 'refused' && answer.result.refusal.code === 'unavailable');
});
