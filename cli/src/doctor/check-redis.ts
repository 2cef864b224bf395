import { Redis } from 'ioredis';
import { type Check, ok, reasonOf, warn } from './finding.ts';

/** Redis answers within milliseconds; after this it counts as away. */
const CONNECT_TIMEOUT_MS = 3_000;

/** Whether the Redis answers that ingresses share their rate limits by. Without it each counts alone: no failure. */
export const checkRedis: Check = async ({ config: { redisUrl } }) => {
  if (redisUrl === undefined) return [ok('redis', 'none is set: each ingress counts rate limits for itself')];
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
  });
  let lastError: unknown;
  // The event has the reason. The rejection of `connect` only says that the connection is closed.
  redis.on('error', (error: unknown) => {
    lastError = error;
  });
  try {
    await redis.connect();
    await redis.ping();
    return [ok('redis', 'answers')];
  } catch (thrown) {
    const advice = 'start it, or correct REDIS_URL; until then each ingress counts rate limits for itself';
    return [warn('redis', `does not answer: ${reasonOf(lastError ?? thrown)}`, advice)];
  } finally {
    redis.disconnect();
  }
};
