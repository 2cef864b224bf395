import { Redis } from 'ioredis';
import type { Logger } from '#telemetry/logger.ts';
import { KEPT_MS, type MemoryNonces, type Nonces, unknown } from './nonces.ts';

/** A request without an answer is refused, so Redis gets more time here than with a throttle. */
const ANSWER_MAX_MS = 1_000;
const RECONNECT_MAX_MS = 1_000;
const KEY_PREFIX = 'gateway:nonce:';

export interface RedisNonces extends Nonces {
  close(): void;
}

/**
 * Nonces that all ingresses share. Those of this process are looked for in `memory` first, which does not lose them with Redis.
 * While Redis is away no nonce is known to be new, and none is taken for new.
 */
export function createRedisNonces(options: {
  readonly url: string;
  readonly memory: MemoryNonces;
  readonly logger: Logger;
}): RedisNonces {
  const { url, memory, logger } = options;
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MAX_MS,
    connectTimeout: RECONNECT_MAX_MS,
    retryStrategy: (tries) => Math.min(tries * 50, RECONNECT_MAX_MS),
  });
  // Each failed command says it again to whoever sent it.
  redis.on('error', () => undefined);
  let isAway = false;

  async function isNewToAll(keyId: string, nonce: string): Promise<boolean> {
    try {
      const answer = await redis.set(`${KEY_PREFIX}${keyId}:${nonce}`, '1', 'PX', KEPT_MS, 'NX');
      if (isAway) logger.info('signed requests are taken again: Redis answers');
      isAway = false;
      return answer === 'OK';
    } catch (error) {
      if (!isAway) logger.warn({ err: error }, 'signed requests are refused: Redis does not answer');
      isAway = true;
      // The request is not taken: sent again it is no other.
      memory.forget(keyId, nonce);
      throw unknown('Redis, which remembers nonces, does not answer');
    }
  }

  return {
    use: async (keyId, nonce) => (await memory.use(keyId, nonce)) && (await isNewToAll(keyId, nonce)),
    close: () => redis.disconnect(),
  };
}
