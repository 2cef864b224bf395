import { Redis } from 'ioredis';
import type { Logger } from '#telemetry/logger.ts';
import { emissionUs } from '#throttle/gcra.ts';
import { allowed, type LimitedBy, type RateDecision, type RateLimiter, refusedBy } from './rate-limiter.ts';

/** A limiter that takes longer than this would be what slows requests down: the fallback decides instead. */
const ANSWER_MAX_MS = 50;
/** After a failure Redis is left alone for this long, so that an outage costs one request the wait and not all of them. */
const PAUSE_MS = 1_000;
const RECONNECT_MAX_MS = 1_000;
const KEY_PREFIX = 'gateway:rate:';

/**
 * `gcra.ts` for several limits at once, all or none, by Redis' own clock, so that all ingresses agree. Times
 * are written out in full: as they are, Redis prints 14 digits of a number. A key is kept ten seconds longer than it says
 * anything, so that a clock that is not Redis' own may be late.
 */
const SCRIPT = `
local now = tonumber(ARGV[#KEYS * 2 + 1])
if now == 0 then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local retries, arrivals, lowered, over = {}, {}, {}, false
local function keep(key, arrival)
  redis.call('SET', key, string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000) + 10000)
end
for i, key in ipairs(KEYS) do
  local step, burst = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
  local stored = tonumber(redis.call('GET', key) or '0')
  local counted = math.min(stored, now + step * burst)
  if counted < stored then lowered[key] = counted end
  local arrival = math.max(counted, now) + step
  local wait = arrival - step * burst - now
  arrivals[i] = arrival
  retries[i] = string.format('%.0f', math.max(0, wait))
  if wait > 0 then over = true end
end
if over then
  for key, counted in pairs(lowered) do keep(key, counted) end
  return retries
end
for i, key in ipairs(KEYS) do keep(key, arrivals[i]) end
return {}
`;

export interface RedisLimiter extends RateLimiter {
  /** Requests the fallback has decided on. */
  fallbacks(): number;
  close(): void;
}

/**
 * Limits that all ingresses share, in Redis. While it is away, slow or broken, `fallback` decides: limits are then each
 * process' own. Nothing is lost with them, for money does not rest on them.
 */
export function createRedisLimiter(options: {
  readonly url: string;
  readonly fallback: RateLimiter;
  readonly logger: Logger;
  /** How long an answer is waited for; absent: ANSWER_MAX_MS. */
  readonly answerMaxMs?: number;
  /** The time in microseconds; absent: Redis' own, which all ingresses share. */
  readonly nowUs?: () => number;
}): RedisLimiter {
  const { url, fallback, logger, answerMaxMs = ANSWER_MAX_MS, nowUs = () => 0 } = options;
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: answerMaxMs,
    connectTimeout: RECONNECT_MAX_MS,
    retryStrategy: (tries) => Math.min(tries * 50, RECONNECT_MAX_MS),
  });
  // Each failed command says it again to whoever sent it.
  redis.on('error', () => undefined);
  let awayUntilMs = 0;
  let isAway = false;
  let fallbacks = 0;

  function failed(error: unknown): void {
    if (!isAway) logger.warn({ err: error }, 'rate limits are counted by each process alone: Redis does not answer');
    isAway = true;
    awayUntilMs = performance.now() + PAUSE_MS;
  }

  async function ask(limits: readonly LimitedBy[]): Promise<RateDecision> {
    const keys = limits.map(({ subject }) => KEY_PREFIX + subject);
    const args = limits.flatMap(({ limit }) => [emissionUs(limit), limit.burst]);
    const answer: unknown = await redis.eval(SCRIPT, keys.length, ...keys, ...args, nowUs());
    const retries = Array.isArray(answer) ? answer.map(Number) : [];
    return retries.length === limits.length ? refusedBy(limits, retries) : allowed;
  }

  return {
    async take(limits) {
      if (performance.now() >= awayUntilMs) {
        try {
          const decision = await ask(limits);
          if (isAway) logger.info('rate limits are shared again: Redis answers');
          isAway = false;
          return decision;
        } catch (error) {
          failed(error);
        }
      }
      fallbacks += 1;
      return fallback.take(limits);
    },
    fallbacks: () => fallbacks,
    close: () => redis.disconnect(),
  };
}
