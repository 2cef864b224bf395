import type { IncomingMessage } from 'node:http';
import { systemClockUs } from '#kernel/clock.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { GatewayMetrics } from '#telemetry/metrics.ts';
import { ADMIN_TOKEN_GUESSES } from '#throttle/admin-token-guesses.ts';
import { clientSubject } from '#throttle/client-subject.ts';
import type { RateLimit } from '#throttle/gcra.ts';
import { createGuessThrottle } from '#throttle/guess-throttle.ts';
import type { ClientAddress } from './client-address.ts';

/**
 * Wrong API keys of one client. Many customers may share an address, and each of them may have a revoked key somewhere
 * that goes on asking.
 */
const API_KEY_GUESSES: RateLimit = { requestsPerMinute: 60, burst: 100 };

/** Counts the wrong secrets of each client; each says for how many milliseconds it has to leave off guessing. */
export interface Guesses {
  readonly adminToken: (request: IncomingMessage) => number;
  readonly apiKey: (request: IncomingMessage) => number;
}

/** Per process: several ingresses allow a guesser several times as much, which is still next to nothing. */
export function createGuesses(
  addressOf: ClientAddress,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: GatewayMetrics },
): Guesses {
  const throttleOf = (limit: RateLimit, what: string, secret: string) => {
    const throttle = createGuessThrottle({
      limit,
      nowUs: systemClockUs,
      onBlocked: (address) => logger.warn({ address }, `too many wrong ${what} from one address`),
    });
    return (request: IncomingMessage): number => {
      const retryAfterMs = throttle.guessed(clientSubject(addressOf(request)));
      if (retryAfterMs > 0) metrics.lockedOut.inc({ secret });
      return retryAfterMs;
    };
  };
  return {
    adminToken: throttleOf(ADMIN_TOKEN_GUESSES, 'admin tokens', 'admin_token'),
    apiKey: throttleOf(API_KEY_GUESSES, 'API keys', 'api_key'),
  };
}
