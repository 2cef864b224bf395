import type { Socket } from 'node:net';
import { type buildConnector, Pool } from 'undici';
import type { OutwardGuard } from '#config/outward-guard.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import { CONNECTIONS_MAX, type ProviderConfig, type ProviderWaits } from '../config.ts';
import type { Provider, ProviderCall } from '../ports.ts';
import { createAddressWatch } from './address-watch.ts';
import { openRequestAuth } from './auth/request-auth.ts';
import { createConnector } from './connector.ts';
import { openingFault } from './opening-fault.ts';
import { plainAnswer } from './plain-answer.ts';
import { type Post, startCall } from './provider-call.ts';

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
  /** For signatures, and the ends of access tokens; absent: the machine's. */
  readonly clock?: Clock | undefined;
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
  { limits, guard, now = () => performance.now(), clock = systemClock }: HttpProviderParts,
): Provider {
  const waits: ProviderWaits = { ...limits, ...config.waits };
  const { connectTimeoutMs } = waits;
  const requestAuth = openRequestAuth(config, { guard, connectTimeoutMs, clock });
  const configured = Object.entries(config.headers ?? {});
  const { host } = new URL(config.baseUrl);
  /** Calls that are not sent yet. */
  const waiting = new Set<Promise<unknown>>();
  const retiring = new Set<Pool>();
  const connectedTo = new URL(config.proxy?.url ?? config.baseUrl);
  const addresses = createAddressWatch({ url: connectedTo, lookup: guard.lookupFor(connectedTo), now, onGone: renew });
  const connect = createConnector(config, connectTimeoutMs, guard);
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

  /** The headers that show the key. A retiring pool closes when nothing waits for them any more. */
  function authorized(auth: string, post: Post): readonly string[] | Promise<readonly string[]> {
    const headers = requestAuth.headersOf(auth, { ...post, host });
    if (!(headers instanceof Promise)) return headers;
    const sent = headers.catch(() => undefined).finally(() => waiting.delete(sent));
    waiting.add(sent);
    return headers;
  }

  return {
    config,
    tellsSecret: requestAuth.tellsSecret,
    call({ method = 'POST', path, headers: more, body, auth = config.spoken.auth, requestId, isStream }) {
      addresses.tick();
      const headers = [...fixedHeaders, ...Object.entries(more).flat(), 'x-request-id', requestId];
      for (const [name, value] of configured) {
        if (more[name] === undefined) headers.push(name, value);
      }
      const post = {
        method,
        path: withQuery(path, config.spoken.query),
        headers,
        body,
        headTimeoutMs: isStream ? waits.streamHeadTimeoutMs : waits.wholeHeadTimeoutMs,
      };
      const shown = authorized(auth, post);
      const call = startCall(() => pool, post, shown);
      if (auth === 'google') void noteRefusal(call, shown);
      return plainAnswer(call);
    },
    async retire() {
      await Promise.all(waiting);
      await Promise.all([pool, ...retiring].map((each) => each.close()));
      await requestAuth.close();
    },
    async close() {
      await Promise.all([requestAuth.close(), ...[pool, ...retiring].map((each) => each.destroy())]);
    },
  };

  /** A token that is refused before its end is not sent again. */
  async function noteRefusal(call: ProviderCall, shown: ReturnType<typeof authorized>): Promise<void> {
    const head = await call.head.catch(() => null);
    if (head?.status === 401) requestAuth.refused(await shown);
  }
}

/** Names and values in turn. The bytes are passed on as they come, so they are best not compressed; what is all the same is undone. */
const fixedHeaders: readonly string[] = ['content-type', 'application/json', 'accept-encoding', 'identity'];

function withQuery(path: string, query: string): string {
  if (query === '') return path;
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

/** A connector that tells of the connections it makes. */
function told(connect: buildConnector.connector, connected: (socket: Socket) => void): buildConnector.connector {
  return (options, done) =>
    connect(options, (...result) => {
      if (result[0] === null) connected(result[1]);
      done(...result);
    });
}
