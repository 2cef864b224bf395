import { systemClock } from '#kernel/clock.ts';
import type { Exchange } from '../http/exchange.ts';
import type { IngressDependencies } from '../ports.ts';
import type { ClientAddress } from '../rate-limits/client-address.ts';
import type { Guesses } from '../rate-limits/guesses.ts';
import { createThrottles } from '../rate-limits/throttles.ts';
import { createCallerOf } from './callers.ts';
import { createIdentify, type Identify } from './identify.ts';
import { createRequireSignature } from './signed-requests.ts';
import { createTokens } from './tokens.ts';

/** Who may come in: `identify` with a request, `identifyTurn` with a message of a socket, which nothing signs. */
export function openIdentify(
  { config, registry, keyPepper, rateLimiter: limiter, nonces, clock = systemClock, logger }: IngressDependencies,
  addressOf: ClientAddress,
  guesses: Guesses,
): { readonly identify: Identify; readonly identifyTurn: Identify } {
  const tokens = createTokens({ registry, clock, logger });
  const guessed = ({ request }: Exchange): number => guesses.apiKey(request);
  const parts = {
    callerOf: createCallerOf({ keyPepper, registry, tokens, guessed, clock }),
    addressOf,
    throttles: createThrottles(registry.settings, config.rateLimits),
    limiter,
  };
  const requireSignature = createRequireSignature({ registry, nonces, clock });
  return {
    identify: createIdentify({ ...parts, requireSignature }),
    identifyTurn: createIdentify({ ...parts, requireSignature: () => undefined }),
  };
}
