import type { IncomingHttpHeaders } from 'node:http';
import type { AccountsPort, KeyIdentity } from '#contracts/accounts.ts';
import { Fault } from '#errors/fault.ts';
import type { Exchange } from './exchange.ts';

/** Longer than any key that was ever issued; what is longer is not worth hashing. */
const KEY_MAX_CHARACTERS = 256;

/**
 * Whose request this is, by the key in `Authorization: Bearer`, `api-key` (Azure's SDKs) or `x-api-key` (Anthropic's).
 * Throws a `Fault` with `invalid_api_key`, the same for an unknown and a revoked key. The key is not repeated.
 */
export function authenticate(exchange: Exchange, accounts: Pick<AccountsPort, 'authenticate'>): KeyIdentity {
  const apiKey = apiKeyOf(exchange.request.headers);
  if (apiKey === '') {
    throw new Fault({
      code: 'invalid_api_key',
      message: "You didn't provide an API key. Send it in an Authorization header: Authorization: Bearer YOUR_KEY.",
    });
  }
  const identity = apiKey.length <= KEY_MAX_CHARACTERS ? accounts.authenticate(apiKey) : undefined;
  if (identity === undefined) {
    throw new Fault({ code: 'invalid_api_key', message: 'Incorrect API key provided, or one that has been revoked.' });
  }
  exchange.record.userId = identity.userId;
  exchange.record.keyId = identity.keyId;
  return identity;
}

/** Whether a request carries a key at all, right or wrong. */
export function hasApiKey(headers: IncomingHttpHeaders): boolean {
  return apiKeyOf(headers) !== '';
}

/** The token of an `Authorization: Bearer` header; empty where there is none. */
export function bearerTokenOf(headers: IncomingHttpHeaders): string {
  const match = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '');
  return match?.[1] ?? '';
}

function apiKeyOf(headers: IncomingHttpHeaders): string {
  const bearer = bearerTokenOf(headers);
  if (bearer !== '') return bearer;
  const other = headers['api-key'] ?? headers['x-api-key'];
  return typeof other === 'string' ? other.trim() : '';
}
