import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { Fault } from '#errors/fault.ts';
import { startTemporaryRedis } from '#testkit/temporary-redis.ts';
import { test } from '#testkit/test.ts';
import { createMemoryNonces, KEPT_MS } from './nonces.ts';
import { createRedisNonces, type RedisNonces } from './redis-nonces.ts';

const logger = pino({ level: 'silent' });
const isUnavailable = (thrown: unknown): boolean => thrown instanceof Fault && thrown.code === 'unavailable';

let probes = 0;

/** Until Redis answers. */
async function untilUp(nonces: RedisNonces): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const isUp = await nonces.use('k', `probe-${probes++}`).catch(() => false);
    if (isUp) return;
    await pause(25);
  }
  assert.fail('Redis never answered');
}

test('a nonce is good once for all ingresses, and not again when Redis has lost it or is away', async (context) => {
  const redis = await startTemporaryRedis();
  context.defer(() => redis[Symbol.asyncDispose]());
  const look = new Redis(redis.url).on('error', () => undefined);
  context.defer(() => look.disconnect());
  const open = (): RedisNonces => {
    const nonces = createRedisNonces({ url: redis.url, memory: createMemoryNonces(), logger });
    context.defer(() => nonces.close());
    return nonces;
  };
  const [first, second] = [open(), open()];
  await untilUp(first);
  await untilUp(second);

  assert.ok(await first.use('k', 'a'));
  assert.ok(!(await second.use('k', 'a')));
  const leftMs = await look.pttl('gateway:nonce:k:a');
  assert.ok(leftMs > KEPT_MS - 60_000 && leftMs <= KEPT_MS);

  await look.flushall();
  assert.ok(!(await first.use('k', 'a')), 'this process has not lost it');

  await redis.stop('SIGKILL');
  assert.ok(!(await first.use('k', 'a')), 'known here without Redis');
  await assert.rejects(first.use('k', 'b'), isUnavailable);
  await assert.rejects(first.use('k', 'b'), isUnavailable, 'it was not used up');

  await redis.start();
  await untilUp(first);
  assert.ok(await first.use('k', 'b'));
  assert.ok(!(await first.use('k', 'b')));
});
