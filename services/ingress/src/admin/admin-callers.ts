import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AdminCaller, FindAdminToken, ValidAdminToken } from '#contracts/admin.ts';
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

/** Finds who administers by a request. */
export interface FindAdmin {
  /** undefined: nobody that is known. */
  find(exchange: Exchange): AdminCaller | undefined;
  /** Throws `invalid_admin_token` where nobody is known, and `rate_limit_exceeded` where too many wrong ones were tried. */
  orRefuse(exchange: Exchange): AdminCaller;
}

/**
 * Finds the bearer of the gateway's own admin token, or of a personal one, and whose session of the console it is. `guessed` counts a
 * wrong one, and returns for how many milliseconds its sender has to leave off. Throws for an empty token: /admin is never open.
 */
export function createFindAdmin(parts: {
  readonly adminToken: string;
  readonly findAdminToken: FindAdminToken;
  readonly addressOf: ClientAddress;
  readonly guessed: (request: IncomingMessage) => number;
}): FindAdmin {
  const { adminToken, findAdminToken, addressOf, guessed } = parts;
  if (adminToken === '') throw new Error('the admin token must not be empty');
  const expected = digest(adminToken);

  function find(exchange: Exchange): AdminCaller | undefined {
    const { request, id } = exchange;
    const token = bearerTokenOf(request.headers);
    const from = { address: addressOf(request), requestId: id };
    const session =
      token === '' ? findAdminToken(sessionTokenIn(request.headers, isByTls(exchange)), 'session') : undefined;
    if (session !== undefined) return { ...callerOf(session), ...from };
    // Digests have one length, so the comparison takes one time, whatever was sent.
    if (timingSafeEqual(digest(token), expected)) return { actor: 'bootstrap', role: 'owner', ...from };
    const personal = token === '' ? undefined : findAdminToken(token);
    return personal && { ...callerOf(personal), ...from };
  }

  return {
    find,
    orRefuse(exchange) {
      const caller = find(exchange);
      if (caller !== undefined) return caller;
      const retryAfterMs = guessed(exchange.request);
      if (retryAfterMs > 0) {
        const message = 'Too many wrong admin tokens came from this address.';
        throw new Fault({ code: 'rate_limit_exceeded', message, retryAfterMs });
      }
      throw new Fault({
        code: 'invalid_admin_token',
        message: 'Send an admin token in an Authorization header: Authorization: Bearer ADMIN_TOKEN.',
      });
    },
  };
}

/** Lets a handler run only for who administers. */
export function forAdmins({ orRefuse }: FindAdmin): (handler: AdminHandler) => Handler {
  return (handler) => (exchange, params) => {
    keepFromCaches(exchange);
    return handler(exchange, params, orRefuse(exchange));
  };
}

/** A session's cookie says nothing to a cache in between: without this, one might give somebody's answer to the next. */
export function keepFromCaches({ response }: Exchange): void {
  response.setHeader('cache-control', 'no-store');
}

function callerOf({ id: actor, role, userId = '' }: ValidAdminToken): Pick<AdminCaller, 'actor' | 'role' | 'userId'> {
  return { actor, role, ...(userId === '' ? {} : { userId }) };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
