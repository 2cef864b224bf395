import { createIdentifyKey } from '#api-keys/identify-key.ts';
import { type Identified, type Identity, isRefused } from '#api-keys/identity.ts';
import { Fault } from '#errors/fault.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Registry } from '#registry/registry.ts';
import { apiKeyOf } from '../http/authenticate.ts';
import type { Exchange } from '../http/exchange.ts';
import { type Guess, guess } from './token-problem.ts';
import { isTokenShaped, type Tokens } from './tokens.ts';

/** Whose request it is. Throws or rejects with a `Fault` of `invalid_api_key`; a wrong secret is counted against its sender. */
export type CallerOf = (exchange: Exchange) => Identity | Promise<Identity>;

/**
 * Finds callers by their API key, which is a look-up in memory, or by the token of an identity provider. `guessed` counts a
 * wrong one, and says for how many milliseconds its sender has to leave off. A right one is not held up by it.
 */
export function createCallerOf(parts: {
  readonly keyPepper: string;
  readonly registry: Pick<Registry, 'all' | 'get' | 'watch' | 'settings'>;
  readonly tokens: Tokens;
  readonly guessed: (exchange: Exchange) => number;
  readonly clock: Clock;
}): CallerOf {
  const { registry, tokens, guessed, clock } = parts;
  const identifyKey = createIdentifyKey(parts.keyPepper, registry);

  function callerOr(exchange: Exchange, identified: Identified | Guess): Identity {
    if ('guess' in identified) {
      const retryAfterMs = guessed(exchange);
      throw retryAfterMs > 0 ? tooManyWrong(retryAfterMs) : new Fault(identified.guess);
    }
    if (isRefused(identified)) throw new Fault(identified);
    exchange.record.userId = identified.userId;
    exchange.record.keyId = identified.key?.id ?? null;
    return identified;
  }

  return (exchange) => {
    const secret = apiKeyOf(exchange.request.headers, exchange.dialect);
    // Nothing is guessed by a request without a key.
    if (secret === '') throw new Fault(missing);
    if (isTokenShaped(secret) && registry.settings().jwtIssuers.length > 0) {
      const found = tokens.identify(secret);
      return found instanceof Promise
        ? found.then((identified) => callerOr(exchange, identified))
        : callerOr(exchange, found);
    }
    return callerOr(exchange, identifyKey(secret, clock()) ?? wrong);
  };
}

const missing = {
  code: 'invalid_api_key',
  message: "You didn't provide an API key. Send it in an Authorization header: Authorization: Bearer YOUR_KEY.",
} as const;

/** The same for an unknown and a revoked key. The key is not repeated. */
const wrong = guess('Incorrect API key provided, or one that has been revoked.');

function tooManyWrong(retryAfterMs: number): Fault {
  const message = 'Too many wrong API keys came from this address.';
  return new Fault({ code: 'rate_limit_exceeded', message, retryAfterMs });
}
