/** Requests are small: ids, names, positions. A server that takes more says so. */
export const REQUEST_MAX_BYTES = 4 * 1024 * 1024;

/** An answer may hold a batch of the log: 1 MiB by the writer's own bound, with room for one event that is larger. */
export const RESPONSE_MAX_BYTES = 16 * 1024 * 1024;

/** With its timeout, the time after which a stopped peer is left: below what a client takes for an outage. */
export const KEEPALIVE_INTERVAL_MS = 1_000;

/** A peer that does not answer a ping for this long is gone. */
export const KEEPALIVE_TIMEOUT_MS = 2_000;

/** A server that is back is found within this. */
export const RECONNECT_MAX_MS = 1_000;
export const RECONNECT_MIN_MS = 100;

/** Calls still running when a server drains get this long to end before they are cut. */
export const DRAIN_TIMEOUT_MS = 10_000;

/** A unary call that says nothing else ends after this. */
export const CALL_TIMEOUT_MS = 15_000;
