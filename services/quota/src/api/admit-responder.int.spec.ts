import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { connectBus } from '#bus/connect-bus.ts';
import { quotaAdmit } from '#bus/subjects.ts';
import { admitRequestToWire, admitResponseFromWire } from '#clients/quota/admit-wire.ts';
import type { AdmitResponse } from '#contracts/quota.ts';
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

/** What is answered to one that is decided at once, and durable as told. */
async function answerTo(durable: Promise<void> | null): Promise<AdmitResponse> {
  const responder = startAdmitResponder({
    bus,
    part: 0,
    isLeading: () => true,
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
        multiplierBasisPoints: 10_000,
      },
      windows: [],
    }),
  });
  await bus.connection.flush();
  const { data } = await bus.request(quotaAdmit(0), admitRequestToWire(request()), 1_000);
  await responder.close();
  return admitResponseFromWire(new TextDecoder().decode(data));
}

test('an admission is answered when it is durable, and not before', async () => {
  let isDurable = false;
  const written = pause(50).then(() => {
    isDurable = true;
  });
  const { result } = await answerTo(written);
  assert.deepEqual([result.kind, isDurable], ['admitted', true]);
  assert.equal((await answerTo(null)).result.kind, 'admitted');
});

test('one that could not be written is answered as unavailable', async () => {
  const failed = pause(10).then(() => Promise.reject(new Fault({ code: 'unavailable', message: 'No.' })));
  // It may fail before the responder waits for it.
  failed.catch(() => undefined);
  const { result } = await answerTo(failed);
  assert.ok(result.kind === 'refused' && result.refusal.code === 'unavailable');
});
