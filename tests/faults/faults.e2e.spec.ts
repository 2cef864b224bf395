import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type ServiceName, serviceNames } from '#testkit/service-process.ts';
import { afterAll, test } from '#testkit/test.ts';
import { until } from '../e2e/support/until.ts';
import { BACK_WITHIN_MS, createWorld } from './world.ts';

/*
 * One production in small, under load from the official client, is broken in every way it can be; the callers must be
 * served again within five seconds of each. At the end everything they saw is held against the log.
 */

const world = await createWorld();
const { gateway, nats, load } = world;
afterAll(() => world[Symbol.asyncDispose]());

/** Longer than a lease: a standby has taken over when the stopped one wakes up. */
const STOPPED_MS = 3_500;

/** Breaks something under load, and waits until callers are served again. */
async function survives(fault: () => Promise<void>): Promise<void> {
  await load.untilServed();
  load.takeFailures();
  await fault();
  const backMs = await load.untilServed();
  console.log(`served again after ${backMs} ms; failures: ${JSON.stringify([...load.takeFailures()])}`);
  assert.ok(backMs <= BACK_WITHIN_MS, `${backMs} ms without service`);
}

/** Longer than keepalive pings are apart. */
const SLOW = { chunks: 25, chunkDelayMs: 100 };

/** A stream of some seconds: when its first piece is there, and how many came. */
function streamSlowly(): { readonly begun: Promise<void>; readonly pieces: Promise<number> } {
  const begun = Promise.withResolvers<void>();
  const read = async (): Promise<number> => {
    const content = `[[simulator ${JSON.stringify(SLOW)}]] Hi`;
    const stream = await world.customer.client.chat.completions.create(
      { model: 'gpt-4o-mini', stream: true, messages: [{ role: 'user', content }] },
      { maxRetries: 0 },
    );
    let pieces = 0;
    for await (const { choices } of stream) {
      if (choices[0]?.delta.content) pieces += 1;
      begun.resolve();
    }
    return pieces;
  };
  const pieces = read();
  pieces.catch(begun.reject);
  return { begun: begun.promise, pieces };
}

const leads = (service: ServiceName): boolean => service !== 'router' && service !== 'ingress';

// An ingress is left by whoever sends it requests; here nobody does that for the callers.
for (const service of serviceNames.filter((each) => each !== 'ingress')) {
  test(`each ${service} is told to stop, as in a rollout, and nobody notices`, async () => {
    for (const victim of gateway.of(service)) {
      await load.untilServed();
      load.takeFailures();
      const streams = Array.from({ length: 4 }, streamSlowly);
      await Promise.all(streams.map(({ begun }) => begun));
      const pid = victim.pid();
      victim.signal('SIGTERM');
      assert.deepEqual(await Promise.all(streams.map(({ pieces }) => pieces)), [
        SLOW.chunks,
        SLOW.chunks,
        SLOW.chunks,
        SLOW.chunks,
      ]);
      await until('the next process', async () => (victim.pid() !== pid && victim.isRunning()) || undefined);
      await gateway.ready();
      const failures = load.takeFailures();
      assert.deepEqual([...failures], []);
    }
  });
}

for (const service of serviceNames) {
  test(`kill -9 of ${service}`, async () => {
    const [first] = gateway.of(service);
    const victim = leads(service) ? await gateway.leader(service) : (first ?? assert.fail());
    await survives(async () => {
      const pid = victim.pid();
      victim.signal('SIGKILL');
      // Its supervisor starts it anew, as a standby.
      await until('the next process', async () => (victim.pid() !== pid && victim.isRunning()) || undefined);
    });
    await gateway.ready();
  });
}

test('accounts and billing do their work again after they were killed', async () => {
  await world.installation.customer();
  const { charged } = await world.customer.balance();
  await until('the next charges', async () => (await world.customer.balance()).charged > charged || undefined);
});

for (const service of ['journal', 'quota', 'billing', 'accounts'] as const) {
  test(`${service} stopped past its lease, and woken up`, async () => {
    const victim = await gateway.leader(service);
    const pid = victim.pid();
    await survives(async () => {
      victim.signal('SIGSTOP');
      const backMs = await load.untilServed();
      assert.ok(backMs <= BACK_WITHIN_MS, `${backMs} ms without service`);
      await pause(STOPPED_MS);
      assert.notEqual((await gateway.leader(service)).instance, victim.instance);
      victim.signal('SIGCONT');
      // It finds that it has been succeeded, and ends.
      await until('the old leader to give way', async () => victim.pid() !== pid || undefined);
    });
    await gateway.ready();
  });
}

test('NATS stopped and started again', () =>
  survives(async () => {
    await nats.stop();
    await pause(1_000);
    await nats.start();
  }));

test('NATS killed, and its storage wiped', () =>
  survives(async () => {
    await nats.stop('SIGKILL');
    await nats.wipe();
    await nats.start();
  }));

test('Redis stopped, empty when it comes back, and frozen', () =>
  survives(async () => {
    await world.redis.stop('SIGKILL');
    await pause(500);
    await world.redis.start();
    await load.untilServed();
    await world.redis.signal('SIGSTOP');
    await load.untilServed();
    await world.redis.signal('SIGCONT');
  }));

test('PostgreSQL restarted', () => survives(() => world.restartPostgres()));

for (const cut of ['before-it-arrives', 'before-its-answer'] as const) {
  test(`the journal's connection cut around its commits, ${cut}`, async () => {
    const before = world.proxy.cuts();
    for (let cuts = 1; cuts <= 3; cuts += 1) {
      await survives(async () => {
        world.proxy.cutAt('journal-append', cut);
        await until('the cut', async () => world.proxy.cuts() >= before + cuts || undefined);
      });
    }
  });
}

test('after all of it: what was answered is charged exactly once, nothing else is, and the log is sound', () =>
  world.reckonUp());
