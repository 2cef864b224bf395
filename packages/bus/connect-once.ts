import { connect, type NatsConnection } from '@nats-io/transport-node';

/** A peer that says nothing for two of these is gone: a stopped server is left after two seconds at most. */
const PING_INTERVAL_MS = 1_000;
const PINGS_OUT_MAX = 2;

/**
 * Between two tries to connect: long enough not to drum on a server that starts, short enough to be back within a
 * second.
 */
const RECONNECT_WAIT_MS = 200;
const RECONNECT_JITTER_MS = 100;
const CONNECT_TIMEOUT_MS = 2_000;

export interface BusServers {
  readonly servers: readonly string[];
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** The authority the servers' certificates are checked against; given, TLS is used. */
  readonly caFile?: string | undefined;
  /** What the server shows of this connection. */
  readonly name: string;
}

/** One try to connect; rejects where no server answers. A connection that stands reconnects for ever. */
export function connectOnce({ servers, user, password, caFile, name }: BusServers): Promise<NatsConnection> {
  return connect({
    servers: [...servers],
    name,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { pass: password }),
    ...(caFile === undefined ? {} : { tls: { caFile } }),
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_OUT_MAX,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    // A server that is being set up may not know its users yet.
    ignoreAuthErrorAbort: true,
  });
}
