import type { Throttles } from './rate-limits/throttles.ts';

const MEBIBYTE = 1024 * 1024;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

interface RateLimits extends Throttles {
  /** Addresses or ranges of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
}

/** What the ingress can be told. */
export interface IngressConfig {
  /** The address to listen on. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The bearer token of /admin. */
  readonly adminToken: string;
  /** The bearer token of /metrics; absent: anyone may read them. */
  readonly metricsToken?: string | undefined;
  readonly bodyMaxBytes: number;
  /** All request bodies in memory together. */
  readonly bodiesMaxBytes: number;
  /** All answers together, of what waits in memory for clients to read. */
  readonly answersMaxBytes: number;
  readonly requestsInFlightMax: number;
  readonly connectionsMax: number;
  /** From a connection's first byte to the end of the request's headers. */
  readonly headersTimeoutMs: number;
  /** From a request's first byte to the end of its body. */
  readonly bodyTimeoutMs: number;
  /** How long an idle connection is kept. */
  readonly keepAliveTimeoutMs: number;
  /** From a request's arrival to the end of its answer. */
  readonly requestTimeoutMs: number;
  /** From the arrival of a request for a response in the background to the response's end. */
  readonly backgroundTimeoutMs: number;
  /** How long a request whose body is whole waits for its admission. */
  readonly admissionTimeoutMs: number;
  /** From a request's arrival to its answer, of everything but completions. */
  readonly answerTimeoutMs: number;
  /** How long a client may take nothing of an answer that waits for it. */
  readonly clientStallTimeoutMs: number;
  /** How long /health/ready waits for its answer. */
  readonly readinessTimeoutMs: number;
  /** How long a draining gateway goes on listening, not ready, so that a load balancer can notice. */
  readonly drainNoticeMs: number;
  /** How long running answers may take to end once the gateway drains. */
  readonly drainTimeoutMs: number;
  /** The origin whose pages may call /v1 from a browser, where the settings name none; `*`: any; empty: none. */
  readonly corsOrigin: string;
  /** Throttles where the settings have none, and proxies. Absent: none. */
  readonly rateLimits?: RateLimits | undefined;
}

/** Everything but the admin token, which has no safe default. */
export const ingressDefaults: Omit<IngressConfig, 'adminToken'> = {
  // Reachable from this machine only, until someone decides otherwise.
  host: '127.0.0.1',
  port: 8080,
  // A long conversation with a few photographs.
  bodyMaxBytes: 10 * MEBIBYTE,
  // Fifty of the largest bodies at once: a parsed body takes several times its bytes, and this must fit a small machine.
  bodiesMaxBytes: 512 * MEBIBYTE,
  // 256 whole answers of the most that is kept of one (1 MiB), or 4,000 that are passed on in pieces; nearly all answers
  // are a few KiB and leave at once. Beside the bodies this must fit a small machine.
  answersMaxBytes: 256 * MEBIBYTE,
  // Above any load two cores can serve (some seconds of it); below what would exhaust memory or file descriptors.
  requestsInFlightMax: 10_000,
  connectionsMax: 20_000,
  headersTimeoutMs: 15 * SECOND_MS,
  // 10 MiB at about 0.7 Mbit/s.
  bodyTimeoutMs: 2 * MINUTE_MS,
  // Longer than the 60 s at which common load balancers drop idle connections: the side that sends must be the one that
  // closes first, or a request meets a connection that has just been closed.
  keepAliveTimeoutMs: 72 * SECOND_MS,
  // As long as the official SDKs wait.
  requestTimeoutMs: 10 * MINUTE_MS,
  // Deep research and long reasoning take tens of minutes. Until then, its hold keeps the money that it may cost.
  backgroundTimeoutMs: 60 * MINUTE_MS,
  // A client is told within 5 s that its request cannot be served. The log refuses after 4 s, quota over the bus after 4.5 s.
  admissionTimeoutMs: 4_800,
  // Reads take milliseconds; a change waits 4 s for the log at most, and a little to be seen.
  answerTimeoutMs: 4_800,
  clientStallTimeoutMs: MINUTE_MS,
  readinessTimeoutMs: 2 * SECOND_MS,
  drainNoticeMs: 0,
  drainTimeoutMs: 30 * SECOND_MS,
  // A key is sent by hand, never by the browser of its own accord, so that no page gains anything it was not given.
  corsOrigin: '*',
};
