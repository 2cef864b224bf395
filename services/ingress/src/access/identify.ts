import type { Identity } from '#api-keys/identity.ts';
import { Fault } from '#errors/fault.ts';
import { clientSubject } from '#throttle/client-subject.ts';
import type { RateLimit } from '#throttle/gcra.ts';
import type { Exchange } from '../http/exchange.ts';
import type { ClientAddress } from '../rate-limits/client-address.ts';
import type { LimitedBy, RateLimiter } from '../rate-limits/rate-limiter.ts';
import type { Throttles, ThrottlesNow } from '../rate-limits/throttles.ts';
import type { CallerOf } from './callers.ts';
import { assertUsableHere } from './permissions.ts';
import type { RequireSignature } from './signed-requests.ts';

/**
 * Whose request it is, and that it may come in here. Throws or rejects with a `Fault`: `invalid_api_key`, `key_not_allowed`,
 * `rate_limit_exceeded`, and `unavailable` where an identity provider cannot be asked.
 */
export type Identify = (exchange: Exchange) => Identity | Promise<Identity>;

/** Without throttles, and for an API key, nothing but look-ups in memory. */
export function createIdentify(parts: {
  readonly callerOf: CallerOf;
  readonly addressOf: ClientAddress;
  readonly throttles: ThrottlesNow;
  readonly limiter: RateLimiter;
  readonly requireSignature: RequireSignature;
}): Identify {
  const { callerOf, addressOf, throttles, limiter, requireSignature } = parts;

  function usableHere(exchange: Exchange, caller: Identity): Identity {
    const { request } = exchange;
    assertUsableHere(caller, addressOf(request), request.url ?? '');
    return caller;
  }

  function identityOf(exchange: Exchange): Identity | Promise<Identity> {
    return thenOr(callerOf(exchange), (caller) => usableHere(exchange, caller));
  }

  // Last: a nonce is used up by it, and a request that was throttled may come again.
  function signed(exchange: Exchange, caller: Identity): Identity | Promise<Identity> {
    return requireSignature(exchange, caller)?.then(() => caller) ?? caller;
  }

  async function take(limitedBy: readonly LimitedBy[]): Promise<void> {
    if (limitedBy.length === 0) return;
    const decision = await limiter.take(limitedBy);
    if (!decision.isAllowed) throw tooMany(decision.by, decision.retryAfterMs);
  }

  async function throttled(exchange: Exchange, limits: Throttles): Promise<Identity> {
    const ip = limited('ip', clientSubject(addressOf(exchange.request)), limits.perIp);
    let identity: Identity;
    try {
      identity = await identityOf(exchange);
    } catch (fault) {
      await take(ip);
      throw fault;
    }
    const { userId, keyId } = identity;
    await take([
      ...ip,
      ...limited('user', userId, limits.perUser),
      ...(keyId === '' ? [] : limited('key', keyId, limits.perKey)),
    ]);
    return identity;
  }

  return (exchange) => {
    const limits = throttles();
    const identity = limits === undefined ? identityOf(exchange) : throttled(exchange, limits);
    return thenOr(identity, (caller) => signed(exchange, caller));
  };
}

/** Goes on at once where there is nothing to wait for. */
function thenOr<T>(value: T | Promise<T>, goOn: (value: T) => T | Promise<T>): T | Promise<T> {
  return value instanceof Promise ? value.then(goOn) : goOn(value);
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
