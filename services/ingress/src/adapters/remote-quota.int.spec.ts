import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { type BusMessage, connectBus } from '#bus/connect-bus.ts';
import { quotaAdmit } from '#bus/subjects.ts';
import { admitResponseToWire } from '#contracts/admit-wire.ts';
import type { Admission, AdmitRequest } from '#contracts/quota.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { startTemporaryNats } from '#testkit/temporary-nats.ts';
import { createRemoteQuota } from './remote-quota.ts';

const logger = pino({ level: 'silent' });
const stack = new AsyncDisposableStack();
const nats = stack.use(await startTemporaryNats());
const asking = await connectBus({ servers: [nats.url], name: 'ingress', logger });
stack.defer(() => asking.close());
const answering = await connectBus({ servers: [nats.url], name: 'quota', logger });
stack.defer(() => answering.close());
after(() => stack.disposeAsync());

const request: AdmitRequest = {
  requestId: 'r',
  userId: 'u',
  keyId: 'k',
  model: 'm',
  stream: false,
  candidates: [],
  promptTokensBound: 1,
  outputTokensRequested: 0,
  choices: 1,
};
const admission: Admission = {
  kind: 'admitted',
  durable: null,
  eventId: 'e',
  candidates: [{ provider: 'p', model: 'm', priceKey: 'p/m', priceVersion: 3 }],
  holdNanoUsd: 7n,
  outputTokensMax: 5,
  outputTokensBound: 5,
};
const admitted = (terms: Partial<Admission> = {}): string =>
  admitResponseToWire({ result: { ...admission, ...terms }, window: null });
const refused = (code: Refusal['code']): string =>
  admitResponseToWire({ result: { kind: 'refused', refusal: { code, message: 'No.' } }, window: null });

/** Asks while quota answers as told, the n-th time it is asked with the n-th of `answers`. */
async function admitWith(...answers: ((message: BusMessage) => void)[]) {
  const quota = createRemoteQuota({
    bus: asking,
    peer: { addresses: ['127.0.0.1:1'], adminToken: 't' },
    part: 0,
  });
  let times = 0;
  const responder = answering.respond(quotaAdmit(0), (message) => {
    answers[Math.min(times, answers.length - 1)]?.(message);
    times += 1;
  });
  // The subscription is at the server before anything is asked.
  await answering.connection.flush();
  const { result } = await quota.admit(request);
  assert.ok(result.kind === 'admitted');
  const durable = result.durable?.then(
    () => 'durable',
    (fault: unknown) => (fault instanceof Fault ? fault.code : fault),
  );
  return {
    result,
    /** How it ended, once quota has no more to say. */
    async ended() {
      const outcome = await durable;
      await responder.close();
      quota.close();
      return outcome;
    },
  };
}

test('an answer that is certain is durable', async () => {
  const { result, ended } = await admitWith((message) => message.respond(admitted()));
  assert.equal(result.durable, null);
  await ended();
});

test('an admission told early is there before it is durable, and durable once the certain answer says the same', async () => {
  let early: BusMessage | undefined;
  const { result, ended } = await admitWith((message) => {
    early = message;
    message.sayEarly(admitted());
  });
  assert.equal(result.holdNanoUsd, 7n);
  assert.ok(result.durable !== null);
  early?.respond(admitted());
  assert.equal(await ended(), 'durable');
});

test('one told early that could not be written was never admitted', async () => {
  const { ended } = await admitWith((message) => {
    message.sayEarly(admitted());
    message.respond(refused('conflict'));
  });
  assert.equal(await ended(), 'conflict');
});

test('where whoever told it early is lost, the next one is asked, and its terms have to be the same', async () => {
  const tell = (message: BusMessage): void => message.sayEarly(admitted());
  const asked: boolean[] = [];
  const note = ({ data }: BusMessage): void => void asked.push(JSON.parse(new TextDecoder().decode(data)).isUnderWay);
  const same = await admitWith(
    (message) => {
      note(message);
      tell(message);
    },
    (message) => {
      note(message);
      message.respond(admitted());
    },
  );
  assert.equal(await same.ended(), 'durable');
  assert.deepEqual(asked, [undefined, true], 'who is asked again knows that the request may have ended');
  const other = await admitWith(tell, (message) => message.respond(admitted({ holdNanoUsd: 8n })));
  assert.equal(await other.ended(), 'unavailable');
});

test('what was told early is asked for, where nobody answers, as long as its usage may come on record', async () => {
  const untilMs = performance.now() + 6_000;
  const { ended } = await admitWith(
    (message) => message.sayEarly(admitted()),
    (message) => {
      if (performance.now() > untilMs) message.respond(admitted());
    },
  );
  assert.equal(await ended(), 'durable');
});

test('what is told early and cannot be read is passed over', async () => {
  const { result, ended } = await admitWith((message) => {
    message.sayEarly('no admission');
    message.respond(admitted());
  });
  assert.equal(result.durable, null);
  await ended();
});
