import { createKeyHasher } from '#api-keys/api-key.ts';
import { createIdentifyKey, type IdentifyKey } from '#api-keys/identify-key.ts';
import { isRefused } from '#api-keys/identity.ts';
import { actorOfKey } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Registry } from '#registry/registry.ts';
import { assertUsableHere } from '../access/permissions.ts';
import type { Exchange } from '../http/exchange.ts';
import type { ClientAddress } from '../rate-limits/client-address.ts';
import type { Guesses } from '../rate-limits/guesses.ts';
import type { Opener } from './open-session.ts';

/** Where a session that was opened with a key reads: the key has to be allowed there. */
const HOLDERS_PATH = '/v1/me';

/** Who signs in with an API key: its user, as a holder. */
export type OpenerOfKey = (exchange: Exchange, apiKey: string) => Opener;

/**
 * Throws `invalid_api_key` for a wrong one, which counts as a guess, and `key_not_allowed` for one that may not be used from the address
 * or at /v1/me, and where requests must be signed: a session signs nothing.
 */
export function createOpenerOfKey(parts: {
  readonly keyPepper: string;
  readonly registry: Pick<Registry, 'all' | 'get' | 'watch' | 'settings'>;
  readonly addressOf: ClientAddress;
  readonly guesses: Pick<Guesses, 'apiKey'>;
  readonly clock: Clock;
}): OpenerOfKey {
  const { keyPepper, registry, addressOf, guesses, clock } = parts;
  const hashKey = createKeyHasher(keyPepper);
  let identify: IdentifyKey | undefined;

  return (exchange, apiKey) => {
    const { request } = exchange;
    identify ??= createIdentifyKey(keyPepper, registry);
    const found = identify(apiKey, clock());
    if (found === undefined) throw wrong(guesses.apiKey(request));
    if (isRefused(found)) throw new Fault(found);
    // Else whoever knows a secret that was replaced could sign in and give themselves the next one.
    if (found.key?.keyHash !== hashKey(apiKey)) {
      const message = 'This API key was replaced by a new one: sign in with that.';
      throw new Fault({ code: 'invalid_api_key', message });
    }
    if (registry.settings().signedRequests) {
      const message = 'Requests must be signed here, and a session signs nothing: sign in another way.';
      throw new Fault({ code: 'key_not_allowed', message });
    }
    assertUsableHere(found, addressOf(request), HOLDERS_PATH);
    return { openedBy: actorOfKey(found.keyId), role: 'holder', userId: found.userId };
  };
}

function wrong(retryAfterMs: number): Fault {
  if (retryAfterMs > 0) {
    const message = 'Too many wrong API keys came from this address.';
    return new Fault({ code: 'rate_limit_exceeded', message, retryAfterMs });
  }
  return new Fault({ code: 'invalid_api_key', message: 'Incorrect API key provided, or one that has been revoked.' });
}
