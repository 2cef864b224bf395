import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from '#testkit/test.ts';
import { type SupervisionTimes, supervise } from './supervise.ts';

const times: SupervisionTimes = { watchMs: 1, steadyMs: 60_000, pausesMs: [0, 1], giveUpMs: 30 };

/** A server that is only a flag, and the messages about it. */
function fakeServer(start: (tries: number, signal: AbortSignal) => Promise<void>) {
  const events = new EventTarget();
  let tries = 0;
  const server = {
    isUp: true,
    tries: () => tries,
    lines: [] as string[],
    next: (event: 'started' | 'given-up') => once(events, event),
  };
  const givenUp: Error[] = [];
  const supervision = supervise(
    {
      isRunning: async () => server.isUp,
      async start(signal) {
        tries += 1;
        await start(tries, signal);
        server.isUp = true;
        events.dispatchEvent(new Event('started'));
      },
    },
    {
      log: (level, _fields, message) => void server.lines.push(`${level}: ${message}`),
      onGivenUp(error) {
        givenUp.push(error);
        events.dispatchEvent(new Event('given-up'));
      },
    },
    times,
  );
  return { server, supervision, givenUp };
}

test('a server that has ended is started again, as often as it ends, and each time is told', async () => {
  const { server, supervision, givenUp } = fakeServer(async () => undefined);
  for (let ends = 1; ends <= 3; ends += 1) {
    const started = server.next('started');
    server.isUp = false;
    await started;
    assert.equal(server.tries(), ends);
  }
  await supervision.stop();
  assert.equal(server.lines.filter((line) => /^error: .*has ended by itself/.test(line)).length, 3);
  assert.deepEqual(givenUp, []);
});

test('a start that fails is tried again', async () => {
  const { server, supervision } = fakeServer(async (tries) => {
    if (tries < 3) throw new Error('no room');
  });
  const started = server.next('started');
  server.isUp = false;
  await started;
  await supervision.stop();
  assert.equal(server.tries(), 3);
});

test('a server that cannot be started for too long is given up once, with the cause', async () => {
  const { server, supervision, givenUp } = fakeServer(async () => Promise.reject(new Error('no room')));
  const isGivenUp = server.next('given-up');
  server.isUp = false;
  await isGivenUp;
  const tries = server.tries();
  await supervision.stop();
  assert.equal(givenUp.length, 1);
  assert.match(String(givenUp[0]), /could not be started again/);
  assert.match(String(givenUp[0]?.cause), /no room/);
  assert.equal(server.tries(), tries);
});

test('a server that is stopped on purpose is left alone, and a start under way is broken off', async () => {
  const idle = fakeServer(async () => undefined);
  await idle.supervision.stop();
  idle.server.isUp = false;
  assert.equal(idle.server.tries(), 0);

  const begun = Promise.withResolvers<void>();
  const hanging = fakeServer(async (_tries, signal) => {
    begun.resolve();
    await once(signal, 'abort');
    throw signal.reason;
  });
  hanging.server.isUp = false;
  await begun.promise;
  await hanging.supervision.stop();
  assert.equal(hanging.server.tries(), 1);
  assert.deepEqual(hanging.givenUp, []);
});
