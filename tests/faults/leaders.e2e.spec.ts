import assert from 'node:assert/strict';
import type { ServiceProcess } from '#testkit/service-process.ts';
import { leaderNames } from '#testkit/service-process.ts';
import { afterAll, test } from '#testkit/test.ts';
import { BACK_WITHIN_MS, createWorld } from './world.ts';

/*
 * The four leaders in one process, and a second such process that stands by. Under load, as in faults.e2e.spec.ts.
 */

const world = await createWorld({ areLeadersTogether: true });
const { gateway, load } = world;
afterAll(() => world[Symbol.asyncDispose]());

async function leadersAndStandby(): Promise<readonly [ServiceProcess, ServiceProcess]> {
  const leader = await gateway.leader('journal');
  for (const service of leaderNames) assert.equal(await gateway.leader(service), leader, `${service} is led elsewhere`);
  const standby = gateway.of('journal').find((process) => process !== leader);
  assert.ok(standby !== undefined);
  return [leader, standby];
}

/** Ends the process that leads under load. Its standby leads, and callers are served again in time. */
async function isSucceeded(signal: NodeJS.Signals): Promise<void> {
  const [leader, standby] = await leadersAndStandby();
  await load.untilServed();
  load.takeFailures();
  // Not started again at once: which of the two leads next would be a race.
  const ended = leader.stop(signal);
  const backMs = await load.untilServed();
  console.log(`${signal}: served again after ${backMs} ms; failures: ${JSON.stringify([...load.takeFailures()])}`);
  assert.ok(backMs <= BACK_WITHIN_MS, `${backMs} ms without service`);
  await ended;
  leader.start();
  leader.supervise();
  await gateway.ready();
  assert.deepEqual(
    (await leadersAndStandby()).map(({ instance }) => instance),
    [standby.instance, leader.instance],
  );
}

test('kill -9 of the leaders: their standby leads all four within seconds', () => isSucceeded('SIGKILL'));

test('the leaders are told to stop, as in a rollout: their standby leads all four', () => isSucceeded('SIGTERM'));

test('every answer is charged once, and the audit finds nothing', () => world.reckonUp());
