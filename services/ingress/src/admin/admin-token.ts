import { createHash, timingSafeEqual } from 'node:crypto';
import { Fault } from '#errors/fault.ts';
import { bearerTokenOf } from '../http/authenticate.ts';
import type { Handler } from '../http/exchange.ts';

/** Lets a handler run only for the bearer of the admin token. Throws where the token is empty: /admin is never open. */
export function adminOnly(adminToken: string): (handler: Handler) => Handler {
  if (adminToken === '') throw new Error('the admin token must not be empty');
  const expected = digest(adminToken);
  return (handler) => (exchange, params) => {
    // Digests have one length, so the comparison takes one time, whatever was sent.
    if (!timingSafeEqual(digest(bearerTokenOf(exchange.request.headers)), expected)) {
      throw new Fault({
        code: 'invalid_admin_token',
        message: 'Send the admin token in an Authorization header: Authorization: Bearer ADMIN_TOKEN.',
      });
    }
    return handler(exchange, params);
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
