import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from '#api-keys/identity.ts';
import { Fault } from '#errors/fault.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Registry } from '#registry/registry.ts';
import { apiKeyOf } from '../http/authenticate.ts';
import type { Exchange } from '../http/exchange.ts';
import { type Nonces, WINDOW_S } from './nonces.ts';

const TIMESTAMP = /^\d{10}$/;
/** Enough for a UUID or 96 bytes of base64url, and short enough to be kept for each request of ten minutes. */
const NONCE = /^[\w-]{16,128}$/;
const SIGNATURE = /^v1=[0-9a-f]{64}$/;

/**
 * Where the settings want signed requests, requires that this one is. Without a body that is done when the promise resolves;
 * with one, when the body is read (`Exchange.checkBody`). undefined: nothing to wait for.
 */
export type RequireSignature = (exchange: Exchange, caller: Pick<Identity, 'key'>) => Promise<void> | undefined;

/**
 * Throws or rejects with `invalid_api_key`, with `unavailable` where nobody can say whether a nonce is new, and with
 * `rate_limit_exceeded` where the key has too many in use. The token of an identity provider is no secret of two sides: its
 * requests are not signed.
 */
export function createRequireSignature(parts: {
  readonly registry: Pick<Registry, 'settings'>;
  readonly nonces: Nonces;
  readonly clock: Clock;
}): RequireSignature {
  const { registry, nonces, clock } = parts;

  async function check(exchange: Exchange, keyId: string, signed: Signed, body: Uint8Array): Promise<void> {
    const { method = '', url = '', headers } = exchange.request;
    const expected = signatureOf(apiKeyOf(headers, exchange.dialect), { ...signed, method, path: url, body });
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signed.signature))) {
      throw refused(
        'The signature does not fit the request: sign timestamp.nonce.method.path.sha256(body) with the key.',
      );
    }
    const isNew = await nonces.use(keyId, signed.nonce);
    if (!isNew) throw refused('This nonce was used before. Send each request with a new one.');
  }

  return (exchange, { key }) => {
    if (key === undefined || !registry.settings().signedRequests) return undefined;
    const { method, headers } = exchange.request;
    const signed = signedIn(headers, clock());
    if (method === 'GET' || method === 'HEAD') return check(exchange, key.id, signed, nothing);
    exchange.checkBody = (body) => check(exchange, key.id, signed, body);
    return undefined;
  };
}

const nothing = new Uint8Array();

interface Signed {
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}

/** `v1=` and the HMAC-SHA256 of a request under the API key, hex. `path` is as sent, with its query. */
export function signatureOf(
  apiKey: string,
  request: Omit<Signed, 'signature'> & { readonly method: string; readonly path: string; readonly body: Uint8Array },
): string {
  const { timestamp, nonce, method, path, body } = request;
  const digest = createHash('sha256').update(body).digest('hex');
  const text = [timestamp, nonce, method, path, digest].join('.');
  return `v1=${createHmac('sha256', apiKey).update(text).digest('hex')}`;
}

function signedIn(headers: IncomingHttpHeaders, nowMs: number): Signed {
  const [timestamp, nonce, signature] = ['timestamp', 'nonce', 'signature'].map((name) => headers[`x-gateway-${name}`]);
  if (typeof timestamp !== 'string' || !TIMESTAMP.test(timestamp)) {
    throw refused('Requests must be signed here: send x-gateway-timestamp, the seconds since 1970.');
  }
  if (typeof nonce !== 'string' || !NONCE.test(nonce)) {
    throw refused('Requests must be signed here: send x-gateway-nonce, 16 to 128 letters, digits, "_" or "-".');
  }
  if (typeof signature !== 'string' || !SIGNATURE.test(signature)) {
    throw refused('Requests must be signed here: send x-gateway-signature, "v1=" and 64 hex digits.');
  }
  if (Math.abs(Number(timestamp) * 1_000 - nowMs) > WINDOW_S * 1_000) {
    throw refused(`The request was signed more than ${WINDOW_S} s before or after the gateway's time.`);
  }
  return { timestamp, nonce, signature };
}

function refused(message: string): Fault {
  return new Fault({ code: 'invalid_api_key', message });
}
