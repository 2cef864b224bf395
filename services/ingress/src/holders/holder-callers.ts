import type { Identity } from '#api-keys/identity.ts';
import { type AdminCaller, actorOfKey, keyIdOfActor } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import type { Registry } from '#registry/registry.ts';
import type { Identify } from '../access/identify.ts';
import { assertUsableHere } from '../access/permissions.ts';
import { type AdminHandler, type FindAdmin, keepFromCaches } from '../admin/admin-callers.ts';
import { isByTls } from '../console/open-session.ts';
import { sessionTokenIn } from '../console/session-cookie.ts';
import { apiKeyOf, bearerTokenOf } from '../http/authenticate.ts';
import type { Exchange, Handler } from '../http/exchange.ts';
import type { ClientAddress } from '../rate-limits/client-address.ts';

/** What every admin token begins with: no API key does, and no token of an identity provider. */
const ADMIN_TOKEN_MARK = 'at_';

/**
 * Lets a handler run for a holder: by their session at the console, by a token of their own, and, where nothing is changed, by an API
 * key or the token of an identity provider, under the rules that these have everywhere below /v1. An administrator is told that no
 * user is theirs.
 */
export function forHolders(parts: {
  readonly findAdmin: FindAdmin;
  readonly identify: Identify;
  readonly addressOf: ClientAddress;
  readonly registry: Pick<Registry, 'get'>;
}): (handler: AdminHandler, command: { readonly isRead: boolean }) => Handler {
  const { findAdmin, identify, addressOf, registry } = parts;

  /** A session reaches no further than the API key that it was opened with: not from other addresses, and not to other paths. */
  function assertWithinKey({ request }: Exchange, { actor }: AdminCaller): void {
    const key = registry.get('key', keyIdOfActor(registry.get('token', actor)?.openedBy ?? ''));
    if (key !== undefined) assertUsableHere({ key }, addressOf(request), request.url ?? '');
  }

  async function callerOf(exchange: Exchange, isRead: boolean): Promise<AdminCaller> {
    const { request, id: requestId } = exchange;
    const { headers } = request;
    const isSession = apiKeyOf(headers, exchange.dialect) === '' && sessionTokenIn(headers, isByTls(exchange)) !== '';
    if (isSession || bearerTokenOf(headers).startsWith(ADMIN_TOKEN_MARK)) {
      const caller = findAdmin.orRefuse(exchange);
      assertHolder(caller);
      assertWithinKey(exchange, caller);
      exchange.record.userId = caller.userId ?? null;
      return caller;
    }
    const gateways = findAdmin.find(exchange);
    if (gateways !== undefined) assertHolder(gateways);
    const identity = await identify(exchange);
    if (!isRead) {
      const message = 'An API key reads here, and changes nothing: sign in at /console/session with it.';
      throw new Fault({ code: 'forbidden', message });
    }
    return {
      actor: actorOf(identity),
      role: 'holder',
      userId: identity.userId,
      address: addressOf(request),
      requestId,
    };
  }

  return (handler, { isRead }) =>
    async (exchange, params) => {
      keepFromCaches(exchange);
      return handler(exchange, params, await callerOf(exchange, isRead));
    };
}

function actorOf({ keyId, userId }: Identity): string {
  return keyId === '' ? `user:${userId}` : actorOfKey(keyId);
}

function assertHolder({ role }: AdminCaller): void {
  if (role === 'holder') return;
  const message = `No user is a token's of the role ${role}: /v1/me is for key holders, with a session, a token or an API key of theirs.`;
  throw new Fault({ code: 'forbidden', message });
}
