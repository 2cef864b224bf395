import { Pool } from 'undici';
import { CONNECTIONS_MAX, type ProviderConfig, type ProviderWaits } from '../config.ts';
import type { Provider } from '../ports.ts';
import { lookUp } from './look-up.ts';
import { plainAnswer } from './plain-answer.ts';
import { startCall } from './provider-call.ts';

/**
 * Shorter than the idle limits of usual load balancers (60 s), so that a balancer does not close a connection under a
 * request.
 */
const KEEP_ALIVE_MS = 30_000;

/** A provider over HTTP/1.1 with kept connections. */
export function createHttpProvider(config: ProviderConfig, limits: ProviderWaits): Provider {
  const url = new URL(config.baseUrl);
  const waits: ProviderWaits = { ...limits, ...config.waits };
  const headers = Object.entries({
    'content-type': 'application/json',
    // The bytes are passed on as they come, so they are best not compressed; what is all the same is undone.
    'accept-encoding': 'identity',
    ...keyHeader(config),
  }).flat();
  const pool = new Pool(url.origin, {
    connections: config.connections ?? CONNECTIONS_MAX,
    pipelining: 1,
    connect: { timeout: waits.connectTimeoutMs, lookup: lookUp },
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The head has a timer of its own, which also covers the wait for a connection.
    headersTimeout: 0,
    bodyTimeout: waits.idleTimeoutMs,
  });

  return {
    config,
    call: ({ method = 'POST', path, headers: more, body, requestId, isStream }) =>
      plainAnswer(
        startCall(pool, {
          method,
          path,
          headers: [...headers, ...Object.entries(more).flat(), 'x-request-id', requestId],
          body,
          headTimeoutMs: isStream ? waits.streamHeadTimeoutMs : waits.wholeHeadTimeoutMs,
        }),
      ),
    retire: () => pool.close(),
    close: () => pool.destroy(),
  };
}

function keyHeader({ apiKey, spoken }: ProviderConfig): Readonly<Record<string, string>> {
  if (apiKey === '' || spoken.auth === 'none') return {};
  return spoken.auth === 'bearer' ? { authorization: `Bearer ${apiKey}` } : { [spoken.auth]: apiKey };
}
