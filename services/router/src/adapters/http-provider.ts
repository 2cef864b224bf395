import type { Socket } from 'node:net';
import { type buildConnector, Pool } from 'undici';
import { CONNECTIONS_MAX, type ProviderConfig, type ProviderWaits } from '../config.ts';
import type { Provider } from '../ports.ts';
import { createAddressWatch } from './address-watch.ts';
import { createConnector } from './connector.ts';
import { openingFault } from './opening-fault.ts';
import type { OutwardGuard } from './outward-guard.ts';
import { plainAnswer } from './plain-answer.ts';
import { startCall } from './provider-call.ts';

/**
 * Shorter than the idle limits of usual load balancers (60 s), so that a balancer does not close a connection under a
 * request.
 */
const KEEP_ALIVE_MS = 30_000;

/** A provider's head has some 2 KB; a cookie or two and a policy for pages make it four times as long. */
const HEAD_MAX_BYTES = 16 * 1024;

export interface HttpProviderParts {
  readonly limits: ProviderWaits;
  readonly guard: OutwardGuard;
  /** In milliseconds, for how long addresses are trusted; absent: the machine's. */
  readonly now?: () => number;
}

/** A provider over HTTP with kept connections, or why its configuration allows none. Throws nothing. */
export function openHttpProvider(
  config: ProviderConfig,
  parts: HttpProviderParts,
): Provider | { readonly fault: string } {
  const fault = openingFault(config, parts.guard);
  return fault === undefined ? createHttpProvider(config, parts) : { fault };
}

function createHttpProvider(
  config: ProviderConfig,
  { limits, guard, now = () => performance.now() }: HttpProviderParts,
): Provider {
  const waits: ProviderWaits = { ...limits, ...config.waits };
  const keyOf = keyHeaders(config);
  const configured = Object.entries(config.headers ?? {});
  const retiring = new Set<Pool>();
  const connectedTo = new URL(config.proxy?.url ?? config.baseUrl);
  const addresses = createAddressWatch({ url: connectedTo, lookup: guard.lookupFor(connectedTo), now, onGone: renew });
  const connect = createConnector(config, waits.connectTimeoutMs, guard);
  let pool = openPool();

  function openPool(): Pool {
    addresses.begin();
    return new Pool(new URL(config.baseUrl).origin, {
      connections: config.connections ?? CONNECTIONS_MAX,
      pipelining: 1,
      connect: told(connect, addresses.connected),
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEAD_MAX_BYTES,
      // The head has a timer of its own, which also covers the wait for a connection.
      headersTimeout: 0,
      bodyTimeout: waits.idleTimeoutMs,
    });
  }

  /** Calls that run end on the connections they have. */
  function renew(): void {
    const before = pool;
    pool = openPool();
    retiring.add(before);
    void before.close().finally(() => retiring.delete(before));
  }

  return {
    config,
    call({ method = 'POST', path, headers: more, body, auth = config.spoken.auth, requestId, isStream }) {
      addresses.tick();
      const post = {
        method,
        path: withQuery(path, config.spoken.query),
        headers: [...fixedHeaders, ...keyOf(auth), ...Object.entries(more).flat(), 'x-request-id', requestId],
        body,
        headTimeoutMs: isStream ? waits.streamHeadTimeoutMs : waits.wholeHeadTimeoutMs,
      };
      for (const [name, value] of configured) {
        if (more[name] === undefined) post.headers.push(name, value);
      }
      return plainAnswer(startCall(pool, post));
    },
    async retire() {
      await Promise.all([pool, ...retiring].map((each) => each.close()));
    },
    async close() {
      await Promise.all([pool, ...retiring].map((each) => each.destroy()));
    },
  };
}

/** Names and values in turn. The bytes are passed on as they come, so they are best not compressed; what is all the same is undone. */
const fixedHeaders: readonly string[] = ['content-type', 'application/json', 'accept-encoding', 'identity'];

function withQuery(path: string, query: string): string {
  if (query === '') return path;
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

/** The header with the key, by where it goes: the bearer token, a header's name, or `none`. */
function keyHeaders({ apiKey }: Pick<ProviderConfig, 'apiKey'>): (auth: string) => readonly string[] {
  const none: readonly string[] = [];
  const bearer = ['authorization', `Bearer ${apiKey}`];
  return (auth) => {
    if (apiKey === '' || auth === 'none') return none;
    return auth === 'bearer' ? bearer : [auth, apiKey];
  };
}

/** A connector that tells of the connections it makes. */
function told(connect: buildConnector.connector, connected: (socket: Socket) => void): buildConnector.connector {
  return (options, done) =>
    connect(options, (...result) => {
      if (result[0] === null) connected(result[1]);
      done(...result);
    });
}
