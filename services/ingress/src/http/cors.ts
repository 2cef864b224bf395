import type { IncomingHttpHeaders } from 'node:http';
import type { Exchange } from './exchange.ts';
import { gatewayHeaders } from './gateway-headers.ts';

/** What a page's script may read besides the body. */
const EXPOSED_HEADERS = [
  'x-request-id',
  'x-client-request-id',
  'idempotent-replayed',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset-tokens',
  'request-id',
  'anthropic-ratelimit-requests-limit',
  'anthropic-ratelimit-requests-remaining',
  'anthropic-ratelimit-requests-reset',
  'anthropic-ratelimit-tokens-limit',
  'anthropic-ratelimit-tokens-remaining',
  'anthropic-ratelimit-tokens-reset',
  ...Object.values(gatewayHeaders),
].join(', ');

/** A day: the longest that browsers keep a preflight is less. */
const PREFLIGHT_MAX_AGE_S = 86_400;

const HEADER_NAMES = /^[\w!#$%&'*+.^`|~, -]{1,2000}$/;

/** Whether pages may ask there: where models are asked for something, and not where the gateway is administered. */
export function isForPages(url: string | undefined): boolean {
  return url !== undefined && (url.startsWith('/v1/') || url.startsWith('/v1beta/'));
}

/** Lets pages of some origins read the answer; `*`: all pages. Only where a browser asks: other clients need no such header. */
export function allowOrigins({ request, response }: Exchange, origins: readonly string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || origins.length === 0) return;
  const isForAll = origins.includes('*');
  // The answer depends on who asks, also where it is no: a cache must not give it to another page.
  if (!isForAll) response.setHeader('vary', 'origin');
  if (!isForAll && !origins.includes(origin)) return;
  response.setHeader('access-control-allow-origin', isForAll ? '*' : origin);
  response.setHeader('access-control-expose-headers', EXPOSED_HEADERS);
}

/** What a browser that asks first is told: the methods, and every header it wants to send (SDKs send many of their own). */
export function preflightHeaders(headers: IncomingHttpHeaders, allow: string): Readonly<Record<string, string>> {
  const asked = headers['access-control-request-headers'];
  return {
    allow,
    'access-control-allow-methods': allow,
    'access-control-allow-headers':
      asked !== undefined && HEADER_NAMES.test(asked) ? asked : 'authorization, content-type',
    'access-control-max-age': String(PREFLIGHT_MAX_AGE_S),
  };
}
