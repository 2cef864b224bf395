import { Pool } from 'undici';
import { CONNECTIONS_MAX, type ProviderConfig, type RouterLimits } from '../config.ts';
import type { Dialect, Provider } from '../ports.ts';
import { lookUp } from './look-up.ts';
import { startCall } from './provider-call.ts';

/**
 * Shorter than the idle limits of usual load balancers (60 s), so that a balancer does not close a connection under a
 * request.
 */
const KEEP_ALIVE_MS = 30_000;

/** A provider over HTTP/1.1 with kept connections. */
export function createHttpProvider(config: ProviderConfig, dialect: Dialect, limits: RouterLimits): Provider {
  const url = new URL(config.baseUrl);
  const path = dialect.path(url.pathname.replace(/\/+$/, ''));
  const headers = Object.entries({
    'content-type': 'application/json',
    // The bytes are passed on as they come, so they must not be compressed.
    'accept-encoding': 'identity',
    ...dialect.headers(config.apiKey),
  }).flat();
  const pool = new Pool(url.origin, {
    connections: config.connections ?? CONNECTIONS_MAX,
    pipelining: 1,
    connect: { timeout: limits.connectTimeoutMs, lookup: lookUp },
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The head has a timer of its own, which also covers the wait for a connection.
    headersTimeout: 0,
    bodyTimeout: limits.idleTimeoutMs,
  });

  return {
    config,
    dialect,
    call: (body, requestId, isStream) =>
      startCall(pool, {
        path,
        headers: [...headers, 'x-request-id', requestId],
        body,
        headTimeoutMs: isStream ? limits.streamHeadTimeoutMs : limits.wholeHeadTimeoutMs,
      }),
    retire: () => pool.close(),
    close: () => pool.destroy(),
  };
}
