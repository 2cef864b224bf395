/** Requests are small: ids, names, positions. A server with a larger limit sets it explicitly. */
export const REQUEST_MAX_BYTES = 4 * 1024 * 1024;

/** An answer may hold a batch of the log: 1 MiB by the writer's own bound, with room for one larger event. */
export const RESPONSE_MAX_BYTES = 16 * 1024 * 1024;

/**
 * With its timeout, the time after which a stopped peer is left. The sum is below what a client takes for an outage.
 */
export const KEEPALIVE_INTERVAL_MS = 1_000;

/** A peer that does not answer a ping for this long is gone. */
export const KEEPALIVE_TIMEOUT_MS = 2_000;

/** How soon a server that is back is found. */
export const RECONNECT_MAX_MS = 1_000;
export const RECONNECT_MIN_MS = 100;

/** How long running calls may take to end when a server drains. After that they are cut. */
export const DRAIN_TIMEOUT_MS = 10_000;

/** A unary call without a deadline of its own ends after this. */
export const CALL_TIMEOUT_MS = 15_000;

/** Concurrent requests of one connection. More wait in the caller. Services have some dozens. */
export const CONCURRENT_STREAMS_MAX = 1_000;

/** Bounds of connections, before and after their callers have shown the token. */
export interface ConnectionBounds {
  readonly connectionsMax: number;
  /** Unauthenticated connections of all clients together. */
  readonly strangersMax: number;
  /** Unauthenticated connections of one client: an address, or an IPv6 network of /64. */
  readonly strangersPerClientMax: number;
  /** The time from the first packet to a call with the token. */
  readonly authenticationTimeoutMs: number;
  /** The bytes that a connection may send until then. */
  readonly strangerMaxBytes: number;
  /** How long a connection may be without a call. */
  readonly idleMaxMs: number;
}

export const connectionBounds: ConnectionBounds = {
  // A hundred processes have some hundreds of connections. Each costs tens of kilobytes, and a ping every second.
  connectionsMax: 2_000,
  strangersMax: 512,
  // All services of one machine may start at once, with a connection or two each.
  strangersPerClientMax: 64,
  // A caller sends the token with its first bytes. A machine that is busy with its start takes a second or two for
  // them.
  authenticationTimeoutMs: 10_000,
  // Room for a handshake with a long chain of certificates, and some hundred health checks.
  strangerMaxBytes: 256 * 1024,
  // Longer than the half hour for which gRPC's own clients keep an idle connection. The caller leaves first, so no call
  // meets a connection that is just being closed (grpc/grpc-node#3068).
  idleMaxMs: 3_600_000,
};
