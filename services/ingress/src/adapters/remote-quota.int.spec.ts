import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { type BusMessage, connectBus } from '#bus/connect-bus.ts';
import { durableNotice, quotaAdmit } from '#bus/subjects.ts';
import { admitRequestFromWire, admitResponseToWire } from '#contracts/admit-wire.ts';
import type { Admission, AdmitRequest } from '#contracts/quota.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { borrowNats } from '#testkit/borrowed-nats.ts';
import { afterAll, test } from '#testkit/test.ts';
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
const admitted = (terms: Partial<Admission> = {}, term?: number): string =>
  admitResponseToWire({ result: { ...admission, ...terms }, window: null, term });
const refused = (code: Refusal['code']): string =>
  admitResponseToWire({ result: { kind: 'refused', refusal: { code, message: 'No.' } }, window: null });

/** What quota and the log's writer do when they are asked for the n-th time; the last goes for what comes after. */
type Part = (message: BusMessage, asked: AdmitRequest) => void;

/** The log's writer says that what was asked for is durable, as written in a term. */
const tellDurable = (noticeTo: string | undefined, epoch: number, eventId = 'e'): void =>
  answering.tell(durableNotice(0, noticeTo ?? ''), `${eventId}/${epoch}`);

/** Asks while the others do their parts. */
async function ask(durability: 'strict' | 'overlapped', ...parts: Part[]) {
  const quota = createRemoteQuota({
    bus: asking,
    peer: { addresses: ['127.0.0.1:1'], adminToken: 't' },
    part: 0,
    durability,
    logger,
  });
  const asked: AdmitRequest[] = [];
  const responder = answering.respond(quotaAdmit(0), (message) => {
    const last = admitRequestFromWire(new TextDecoder().decode(message.data));
    asked.push(last);
    parts[Math.min(asked.length, parts.length) - 1]?.(message, last);
  });
  // The subscriptions are at the server before anything is asked.
  await Promise.all([answering.connection.flush(), asking.connection.flush()]);
  const response = quota.admit(request);
  return {
    quota,
    response,
    asked,
    async end() {
      await responder.close();
      quota.close();
    },
  };
}

async function admitWith(...parts: Part[]) {
  const { response, asked, end } = await ask('overlapped', ...parts);
  const { result } = await response;
  assert.ok(result.kind === 'admitted');
  const durable = result.durable?.then(
    () => 'durable',
    (fault: unknown) => (fault instanceof Fault ? fault.code : fault),
  );
  return {
    result,
    asked,
    /** How it ended, once quota has no more to say. */
    async ended() {
      const outcome = await durable;
      await end();
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
  const same = await admitWith(tell, (message) => message.respond(admitted()));
  assert.equal(await same.ended(), 'durable');
  assert.deepEqual(
    same.asked.map(({ isUnderWay }) => isUnderWay),
    [undefined, true],
    'who is asked again knows that the request may have ended',
  );
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

test('the word of the log makes an admission durable before quota says so, and quota is asked no more', async () => {
  const early: Part = (message, { noticeTo }) => {
    message.sayEarly(admitted({}, 6));
    tellDurable(noticeTo, 6);
  };
  const { result, asked, ended } = await admitWith(early);
  assert.ok(result.durable !== null);
  assert.equal(await ended(), 'durable');
  const strict = await ask('strict', early);
  const response = await strict.response;
  assert.ok(response.result.kind === 'admitted' && response.result.durable === null);
  await pause(1_200);
  assert.equal(asked.length + strict.asked.length, 2);
  await strict.end();
});

test('the word of the log may come before the decision it is about', async () => {
  const { ended } = await admitWith(async (message, { noticeTo }) => {
    tellDurable(noticeTo, 6);
    await pause(50);
    message.sayEarly(admitted({}, 6));
  });
  assert.equal(await ended(), 'durable');
});

test('what another leader wrote, or for another request, is no word of what this one decided', async () => {
  let isDurable = false;
  const { result, asked, ended } = await admitWith(
    (message, { noticeTo }) => {
      message.sayEarly(admitted({}, 6));
      tellDurable(noticeTo, 7);
      tellDurable(noticeTo, 6, 'another');
      tellDurable(noticeTo, 0);
    },
    (message) => message.respond(admitted({ holdNanoUsd: 8n })),
  );
  result.durable?.then(
    () => (isDurable = true),
    () => undefined,
  );
  assert.equal(await ended(), 'unavailable');
  assert.equal(isDurable, false);
  assert.equal(asked.length, 2);
});

test('strict: nothing is given out before it is durable, and on what terms it is, quota says', async () => {
  let isGivenOut = false;
  const { response, asked, end } = await ask(
    'strict',
    (message) => message.sayEarly(admitted({}, 6)),
    (message) => {
      assert.equal(isGivenOut, false);
      message.respond(admitted({ holdNanoUsd: 8n }));
    },
  );
  response.then(() => (isGivenOut = true));
  const { result } = await response;
  assert.ok(result.kind === 'admitted' && result.holdNanoUsd === 8n);
  assert.deepEqual(
    asked.map(({ noticeTo, isUnderWay }) => [noticeTo !== undefined, isUnderWay]),
    [
      [true, undefined],
      [false, undefined],
    ],
    'the log is to tell what the first try comes to; nothing is under way',
  );
  await end();
});

test('strict: what was told early and could not be written is refused', async () => {
  const { response, end } = await ask('strict', (message) => {
    message.sayEarly(admitted({}, 6));
    message.respond(refused('conflict'));
  });
  const { result } = await response;
  assert.ok(result.kind === 'refused' && result.refusal.code === 'conflict');
  await end();
});

test('where the log tells nobody, three requests after each other wait a second for it, and those after them do not', async () => {
  const { quota, response, asked, end } = await ask('strict', (message, { noticeTo }) => {
    if (noticeTo === undefined) message.respond(admitted());
    else message.sayEarly(admitted({}, 6));
  });
  await response;
  // Under way together they are one.
  await Promise.all(Array.from({ length: 5 }, () => quota.admit(request)));
  assert.equal(asked.filter(({ noticeTo }) => noticeTo !== undefined).length, 6);
  await quota.admit(request);
  const startedAtMs = performance.now();
  await Promise.all(Array.from({ length: 5 }, () => quota.admit(request)));
  assert.ok(performance.now() - startedAtMs < 500);
  assert.equal(asked.filter(({ noticeTo }) => noticeTo !== undefined).length, 7);
  await end();
});
