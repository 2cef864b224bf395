import assert from 'node:assert/strict';
import { pino } from 'pino';
import { type BusMessage, connectBus } from '#bus/connect-bus.ts';
import { quotaAdmit } from '#bus/subjects.ts';
import type { Admission, AdmitRequest } from '#contracts/quota.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { borrowNats } from '#testkit/borrowed-nats.ts';
import { plainChat } from '#testkit/plain-chat.ts';
import { afterAll, test } from '#testkit/test.ts';
import { admitRequestFromWire, admitResponseToWire } from './admit-wire.ts';
import { createRemoteQuota } from './remote-quota.ts';

const logger = pino({ level: 'silent' });
const stack = new AsyncDisposableStack();
const nats = stack.use(await borrowNats());
const asking = await connectBus({ servers: [nats.url], name: 'ingress', logger });
stack.defer(() => asking.close());
const answering = await connectBus({ servers: [nats.url], name: 'quota', logger });
stack.defer(() => answering.close());
afterAll(() => stack.disposeAsync());

const request: AdmitRequest = {
  requestId: 'r',
  userId: 'u',
  keyId: 'k',
  model: 'm',
  stream: false,
  candidates: [],
  promptTokensBound: 1,
  promptTokensEstimate: 1,
  outputTokensRequested: 0,
  choices: 1,
  ...plainChat,
};
const admission: Admission = {
  kind: 'admitted',
  durable: null,
  eventId: 'e',
  candidates: [{ provider: 'p', model: 'm', priceKey: 'p/m', priceVersion: 3 }],
  holdNanoUsd: 7n,
  outputTokensMax: 5,
  outputTokensBound: 5,
  multiplierBasisPoints: 10_000,
};
const admitted = admitResponseToWire({ result: admission, windows: [] });
const refused = (code: Refusal['code']): string =>
  admitResponseToWire({ result: { kind: 'refused', refusal: { code, message: 'No.' } }, windows: [] });

/** What quota does when it is asked for the n-th time; the last goes for what comes after. */
async function askOf(...parts: ((message: BusMessage) => void)[]) {
  const quota = createRemoteQuota({ bus: asking, peer: { addresses: ['127.0.0.1:1'], adminToken: 't' }, part: 0 });
  const asked: AdmitRequest[] = [];
  const responder = answering.respond(quotaAdmit(0), (message) => {
    asked.push(admitRequestFromWire(new TextDecoder().decode(message.data)));
    parts[Math.min(asked.length, parts.length) - 1]?.(message);
  });
  // The subscription is at the server before anything is asked.
  await answering.connection.flush();
  const startedAtMs = performance.now();
  try {
    const { result } = await quota.admit(request);
    const outcome = result.kind === 'admitted' ? result : result.refusal.code;
    return { outcome, asked, tookMs: performance.now() - startedAtMs };
  } catch (thrown) {
    const outcome = thrown instanceof Fault ? thrown.code : thrown;
    return { outcome, asked, tookMs: performance.now() - startedAtMs };
  } finally {
    await responder.close();
    quota.close();
  }
}

const silent = (): void => undefined;

test('an answer is durable, or a refusal', async () => {
  assert.deepEqual((await askOf((message) => message.respond(admitted))).outcome, admission);
  assert.equal(
    (await askOf((message) => message.respond(refused('insufficient_balance')))).outcome,
    'insufficient_balance',
  );
});

test('where an answer is lost, the same is asked again until there is one', async () => {
  const { outcome, asked } = await askOf(silent, silent, (message) => message.respond(admitted));
  assert.deepEqual(outcome, admission);
  assert.deepEqual(asked, [request, request, request]);
});

test('a leader that cannot answer now is asked again', async () => {
  const { outcome } = await askOf(
    (message) => message.respond(refused('unavailable')),
    (message) => message.respond(admitted),
  );
  assert.deepEqual(outcome, admission);
});

test('where nobody answers, it is given up within the time in which a client is to have its answer', async () => {
  const { outcome, tookMs } = await askOf(silent);
  assert.equal(outcome, 'unavailable');
  assert.ok(tookMs > 4_000 && tookMs < 5_000, `${tookMs} ms`);
});
