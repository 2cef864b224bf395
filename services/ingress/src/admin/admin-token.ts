import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Fault } from '#errors/fault.ts';
import { bearerTokenOf } from '../http/authenticate.ts';
import type { Handler } from '../http/exchange.ts';

/**
 * Lets a handler run only for the bearer of the admin token. `guessed` counts a wrong one, and says for how many
 * milliseconds its sender has to leave off. Throws where the token is empty: /admin is never open.
 */
export function adminOnly(
  adminToken: string,
  guessed: (request: IncomingMessage) => number,
): (handler: Handler) => Handler {
  if (adminToken === '') throw new Error('the admin token must not be empty');
  const expected = digest(adminToken);
  return (handler) => (exchange, params) => {
    // Digests have one length, so the comparison takes one time, whatever was sent.
    if (timingSafeEqual(digest(bearerTokenOf(exchange.request.headers)), expected)) return handler(exchange, params);
    const retryAfterMs = guessed(exchange.request);
    if (retryAfterMs > 0) {
      const message = 'Too many wrong admin tokens came from this address.';
      throw new Fault({ code: 'rate_limit_exceeded', message, retryAfterMs });
    }
    throw new Fault({
      code: 'invalid_admin_token',
      message: 'Send the admin token in an Authorization header: Authorization: Bearer ADMIN_TOKEN.',
    });
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
