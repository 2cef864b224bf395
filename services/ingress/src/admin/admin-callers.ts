import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AdminCaller, FindAdminToken } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import { isByTls } from '../console/open-session.ts';
import { sessionTokenIn } from '../console/session-cookie.ts';
import { bearerTokenOf } from '../http/authenticate.ts';
import type { Exchange, Handler } from '../http/exchange.ts';
import type { ClientAddress } from '../rate-limits/client-address.ts';

/** A handler of administration, which knows who asks. */
export type AdminHandler = (
  exchange: Exchange,
  params: Readonly<Record<string, string>>,
  caller: AdminCaller,
) => Promise<void> | void;

/**
 * Lets a handler run only for the bearer of the gateway's own admin token, or of a personal one, and for a session of the console. `guessed` counts a wrong one,
 * and returns for how many milliseconds its sender has to leave off. Throws for an empty token: /admin is never open.
 */
export function forAdmins(parts: {
  readonly adminToken: string;
  readonly findAdminToken: FindAdminToken;
  readonly addressOf: ClientAddress;
  readonly guessed: (request: IncomingMessage) => number;
}): (handler: AdminHandler) => Handler {
  const { adminToken, findAdminToken, addressOf, guessed } = parts;
  if (adminToken === '') throw new Error('the admin token must not be empty');
  const expected = digest(adminToken);

  function callerOf(exchange: Exchange): AdminCaller | undefined {
    const { request, id } = exchange;
    const token = bearerTokenOf(request.headers);
    const from = { address: addressOf(request), requestId: id };
    const session =
      token === '' ? findAdminToken(sessionTokenIn(request.headers, isByTls(exchange)), 'session') : undefined;
    if (session !== undefined) return { actor: session.id, role: session.role, ...from };
    // Digests have one length, so the comparison takes one time, whatever was sent.
    if (timingSafeEqual(digest(token), expected)) return { actor: 'bootstrap', role: 'owner', ...from };
    const personal = token === '' ? undefined : findAdminToken(token);
    return personal && { actor: personal.id, role: personal.role, ...from };
  }

  return (handler) => (exchange, params) => {
    // A session's cookie says nothing to a cache in between: without this, one might give somebody's answer to the next.
    exchange.response.setHeader('cache-control', 'no-store');
    const caller = callerOf(exchange);
    if (caller !== undefined) return handler(exchange, params, caller);
    const retryAfterMs = guessed(exchange.request);
    if (retryAfterMs > 0) {
      const message = 'Too many wrong admin tokens came from this address.';
      throw new Fault({ code: 'rate_limit_exceeded', message, retryAfterMs });
    }
    throw new Fault({
      code: 'invalid_admin_token',
      message: 'Send an admin token in an Authorization header: Authorization: Bearer ADMIN_TOKEN.',
    });
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
