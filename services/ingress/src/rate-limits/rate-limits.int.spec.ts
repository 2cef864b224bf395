import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { borrowRedis, startTemporaryRedis } from '#testkit/temporary-redis.ts';
import { afterAll, test } from '#testkit/test.ts';
import { createMemoryLimiter } from './memory-limiter.ts';
import { allowed, type LimitedBy, type RateLimiter } from './rate-limiter.ts';
import { createRedisLimiter } from './redis-limiter.ts';

const redis = await borrowRedis();
const admin = new Redis(redis.url);
admin.on('error', () => undefined);
const logger = pino({ level: 'silent' });
afterAll(async () => {
  admin.disconnect();
  await redis[Symbol.asyncDispose]();
});

/** On a machine busy with other suites an answer may take this long; that it is bounded at all is what is tested. */
const ANSWER_MAX_MS = 1_000;

const refuseAll: RateLimiter = {
  take: ([by]) => ({ isAllowed: false, by: by ?? assert.fail(), retryAfterMs: 1 }),
};

const limits = (perMinute: number, burst: number, subject = 'user:u'): LimitedBy[] => [
  { subject, limit: { requestsPerMinute: perMinute, burst } },
];

test('memory and Redis decide the same, whatever comes when', async (context) => {
  let now = 1_700_000_000_000_000;
  const shared = createRedisLimiter({
    url: redis.url,
    fallback: refuseAll,
    logger,
    answerMaxMs: ANSWER_MAX_MS,
    nowUs: () => now,
  });
  context.defer(() => shared.close());
  await untilUp(shared);
  const before = shared.fallbacks();
  const request = fc.record({
    waitUs: fc.oneof(fc.constant(0), fc.nat(1_000), fc.nat(120_000_000)),
    // Limits change while they count.
    shift: fc.nat(3),
    asked: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 }),
  });
  const limit = fc.record({
    requestsPerMinute: fc.integer({ min: 1, max: 100_000 }),
    burst: fc.integer({ min: 1, max: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(limit, { minLength: 4, maxLength: 4 }),
      fc.array(request, { maxLength: 30 }),
      async (rates, requests) => {
        await admin.flushall();
        const alone = createMemoryLimiter(() => now);
        for (const { waitUs, shift, asked } of requests) {
          now += waitUs;
          const limitedBy = asked.flatMap((index) => {
            const rate = rates[(index + shift) % rates.length];
            return rate === undefined ? [] : [{ subject: `key:${index}`, limit: rate }];
          });
          assert.deepEqual(await shared.take(limitedBy), alone.take(limitedBy));
        }
      },
    ),
    { numRuns: 60 },
  );
  assert.equal(shared.fallbacks(), before, 'it was Redis that decided');
});

test('a throttle that is raised is felt at once, in memory and in Redis', async (context) => {
  await admin.flushall();
  let now = 1_700_000_000_000_000;
  const nowUs = () => now;
  const shared = createRedisLimiter({ url: redis.url, fallback: refuseAll, logger, answerMaxMs: ANSWER_MAX_MS, nowUs });
  context.defer(() => shared.close());
  await untilUp(shared);
  const before = shared.fallbacks();
  for (const limiter of [shared, createMemoryLimiter(nowUs)]) {
    for (let count = 0; count < 60; count += 1) assert.ok((await limiter.take(limits(1, 60, 'user:raised'))).isAllowed);
    const raised = limits(60, 5, 'user:raised');
    const refused = await limiter.take(raised);
    assert.ok(!refused.isAllowed && refused.retryAfterMs === 1_000);
    now += 1_000_000;
    assert.ok((await limiter.take(raised)).isAllowed);
  }
  assert.equal(shared.fallbacks(), before, 'it was Redis that decided');
});

test('two ingresses share a limit, and one of two subjects over leaves the other uncounted', async (context) => {
  await admin.flushall();
  const open = () => createRedisLimiter({ url: redis.url, fallback: refuseAll, logger, answerMaxMs: ANSWER_MAX_MS });
  const [first, second] = [open(), open()];
  context.defer(() => {
    first.close();
    second.close();
  });
  await untilUp(first);
  await untilUp(second);
  const taken = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? first : second).take(limits(1, 7))));
  assert.equal(taken.filter((decision) => decision.isAllowed).length, 7);

  const both = [...limits(1, 7), ...limits(1, 1, 'key:k')];
  const refused = await first.take(both);
  assert.ok(!refused.isAllowed && refused.by.subject === 'user:u' && refused.retryAfterMs > 50_000);
  assert.deepEqual(await second.take(limits(1, 1, 'key:k')), allowed);
});

test('a Redis that is flushed starts counting anew; one that is away is done without, and used again when it is back', async (context) => {
  const own = await startTemporaryRedis();
  context.defer(() => own[Symbol.asyncDispose]());
  const flusher = new Redis(own.url).on('error', () => undefined);
  context.defer(() => flusher.disconnect());
  const fallback = createMemoryLimiter(() => Date.now() * 1_000);
  const limiter = createRedisLimiter({ url: own.url, fallback, logger, answerMaxMs: ANSWER_MAX_MS });
  context.defer(() => limiter.close());
  await untilUp(limiter);
  await flusher.flushall();
  assert.ok((await limiter.take(limits(1, 1))).isAllowed);
  assert.ok(!(await limiter.take(limits(1, 1))).isAllowed);
  await flusher.flushall();
  assert.ok((await limiter.take(limits(1, 1))).isAllowed);

  await own.stop('SIGKILL');
  const startedAtMs = performance.now();
  const counted = await Promise.all(Array.from({ length: 10 }, () => limiter.take(limits(1, 3, 'user:away'))));
  assert.equal(counted.filter((decision) => decision.isAllowed).length, 3, 'counted by this process alone');
  assert.ok(performance.now() - startedAtMs < 3 * ANSWER_MAX_MS);
  assert.ok(limiter.fallbacks() >= 10);

  await own.start();
  await untilUp(limiter);
  await own.signal('SIGSTOP');
  const frozenAtMs = performance.now();
  await limiter.take(limits(1, 3, 'user:frozen'));
  assert.ok(performance.now() - frozenAtMs < 3 * ANSWER_MAX_MS, 'a Redis that hangs holds nobody up');
  await own.signal('SIGCONT');
});

/** Until Redis decides, and not the fallback. */
async function untilUp(limiter: ReturnType<typeof createRedisLimiter>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const before = limiter.fallbacks();
    await limiter.take(limits(60_000_000, 1_000, 'ip:probe'));
    if (limiter.fallbacks() === before) return;
    await pause(25);
  }
  assert.fail('Redis was never asked');
}
