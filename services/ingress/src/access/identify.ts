import type { IncomingMessage } from 'node:http';
import type { AccountsPort, KeyIdentity } from '#contracts/accounts.ts';
import { Fault } from '#errors/fault.ts';
import type { RateLimit } from '#throttle/gcra.ts';
import { authenticate, hasApiKey } from '../http/authenticate.ts';
import type { Exchange } from '../http/exchange.ts';
import { createClientAddress } from './client-address.ts';
import type { LimitedBy, RateLimiter } from './rate-limiter.ts';

/** The throttles there are; each may be left out. */
export interface RateLimits {
  /** Wrong keys count as well, so that they cannot be guessed at any speed. */
  readonly perIp?: RateLimit | undefined;
  readonly perUser?: RateLimit | undefined;
  readonly perKey?: RateLimit | undefined;
  /** Addresses or ranges of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
}

/** Whose request it is. Throws or rejects with a `Fault`: `invalid_api_key`, `rate_limit_exceeded`. */
export type Identify = (exchange: Exchange) => KeyIdentity | Promise<KeyIdentity>;

/**
 * Without limits, or a limiter, nothing but a look-up in memory. `guessed` counts a wrong key, and says for how many
 * milliseconds its sender has to leave off; a right one is not held up by it.
 */
export function createIdentify(
  accounts: AccountsPort,
  limits: RateLimits | undefined,
  limiter: RateLimiter | undefined,
  guessed: (request: IncomingMessage) => number,
): Identify {
  function identityOf(exchange: Exchange): KeyIdentity {
    try {
      return authenticate(exchange, accounts);
    } catch (fault) {
      // Nothing is guessed by a request without a key.
      const retryAfterMs = hasApiKey(exchange.request.headers) ? guessed(exchange.request) : 0;
      throw retryAfterMs > 0 ? tooManyWrongKeys(retryAfterMs) : fault;
    }
  }

  const isLimited = limits !== undefined && [limits.perIp, limits.perUser, limits.perKey].some(Boolean);
  if (!isLimited || limiter === undefined) return identityOf;
  const addressOf = createClientAddress(limits.trustedProxies);

  async function admit(limitedBy: readonly LimitedBy[]): Promise<void> {
    if (limitedBy.length === 0) return;
    const decision = await limiter?.take(limitedBy);
    if (decision === undefined || decision.isAllowed) return;
    throw tooMany(decision.by, decision.retryAfterMs);
  }

  return async (exchange) => {
    const ip = limited('ip', addressOf(exchange.request), limits.perIp);
    let identity: KeyIdentity;
    try {
      identity = identityOf(exchange);
    } catch (fault) {
      await admit(ip);
      throw fault;
    }
    await admit([
      ...ip,
      ...limited('user', identity.userId, limits.perUser),
      ...limited('key', identity.keyId, limits.perKey),
    ]);
    return identity;
  };
}

function tooManyWrongKeys(retryAfterMs: number): Fault {
  const message = 'Too many wrong API keys came from this address.';
  return new Fault({ code: 'rate_limit_exceeded', message, retryAfterMs });
}

function limited(kind: string, subject: string, limit: RateLimit | undefined): LimitedBy[] {
  return limit === undefined ? [] : [{ subject: `${kind}:${subject}`, limit }];
}

const whose: Readonly<Record<string, string>> = { ip: 'this address', user: 'this user', key: 'this API key' };

function tooMany({ subject, limit }: LimitedBy, retryAfterMs: number): Fault {
  const kind = subject.slice(0, subject.indexOf(':'));
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return new Fault({
    code: 'rate_limit_exceeded',
    message: `Rate limit reached for ${whose[kind]}: ${limit.requestsPerMinute} requests a minute. Try again in ${seconds} s.`,
    retryAfterMs,
  });
}
