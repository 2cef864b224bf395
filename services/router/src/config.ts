import type { SpokenBy } from '#ai/providers/spoken-by.ts';

/** A provider that requests can be sent to: as policy has it, with its key. */
export interface ProviderConfig {
  /** Unique; `<name>/<model>` restricts a request to it. */
  readonly name: string;
  /** One of several accounts with it. Empty, absent: its only one. */
  readonly account?: string | undefined;
  /** The URL up to and including the version: `https://api.openai.com/v1`. For Anthropic with or without its `/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly spoken: SpokenBy;
  /** Where it computes, as policy has it (`us-east-1`): signatures need it where the address does not tell. Empty, absent: not known. */
  readonly region?: string | undefined;
  /** Waits of its own, in place of the router's. */
  readonly waits?: Partial<ProviderWaits> | undefined;
  /** The most connections at a time. More requests wait for one. Default CONNECTIONS_MAX. */
  readonly connections?: number | undefined;
  /** The time of one call, from its beginning to the end of its answer. Absent: no bound of its own. */
  readonly callTimeoutMs?: number | undefined;
  /** The longest request that is sent to it, and the longest answer that is read. Absent: the gateway's bounds. */
  readonly requestMaxBytes?: number | undefined;
  readonly answerMaxBytes?: number | undefined;
  /** How often one request is sent again to it. Default RETRIES_MAX. */
  readonly retriesMax?: number | undefined;
  /** The pause before the first repetition. Default RETRY_INTERVAL_MS. */
  readonly retryIntervalMs?: number | undefined;
  /** What the account may use, as each router counts. 0, absent: not known. */
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
  /** Sent with every call, unless the call has one of that name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly proxy?: ProxyConfig | undefined;
  /** Certificates (PEM) of the authorities that are trusted, in place of the system's. */
  readonly caCertificates?: string | undefined;
  /** What the gateway shows of itself (PEM). */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | undefined;
}

/** An HTTP proxy, to which tunnels are asked for (CONNECT). */
export interface ProxyConfig {
  readonly url: string;
  /** `user:password`. Empty: it wants none. */
  readonly credentials: string;
}

/** The waits for one provider. */
export interface ProviderWaits {
  /** The time to make a TCP and TLS connection. */
  readonly connectTimeoutMs: number;
  /**
   * The time from the start of an attempt to the head of the answer: of a stream, and of an answer that is written in
   * one piece.
   */
  readonly streamHeadTimeoutMs: number;
  readonly wholeHeadTimeoutMs: number;
  /** The time between two pieces of an answer. */
  readonly idleTimeoutMs: number;
}

/** Every wait of the router. Each has a default for production; tests set shorter ones. */
export interface RouterLimits extends ProviderWaits {
  /** The time of a request with all its attempts. */
  readonly requestTimeoutMs: number;
  /** How long the router still listens to a provider for its usage after the client went away. */
  readonly drainMaxMs: number;
  /** How long the router tries to write to a log that cannot be written. */
  readonly recordMaxMs: number;
  /** How long running requests may take when the router closes. */
  readonly closeMaxMs: number;
  /** How long all candidates together may take to count a prompt. */
  readonly countMaxMs: number;
  /** How many copies of requests may be under way, and how many bytes their bodies may have together. More are skipped. */
  readonly shadowsMax: number;
  readonly shadowBodiesMaxBytes: number;
  /** The time of a copy's call. */
  readonly shadowTimeoutMs: number;
  /** How long the record of a copy is tried while the log is away. */
  readonly shadowRecordMaxMs: number;
}

/** A stream holds its connection until it ends, so this bounds the concurrent streams of one provider. */
export const CONNECTIONS_MAX = 2_048;

/** The attempts for a request where policy names no number. If three providers or moments refuse, a fourth hardly answers. */
export const ATTEMPTS_MAX = 3;
/** The repetitions of a request at a provider. One more try after a moment succeeds if any does. */
export const RETRIES_MAX = 1;

export const defaultLimits: RouterLimits = {
  // A handshake across the world takes half a second. Ten seconds mean that the network is down.
  connectTimeoutMs: 10_000,
  // A stream's head comes with the first token or before. Reading a prompt of a million tokens, and a queue at the provider,
  // take minutes; a provider that is away is found out by the connection.
  streamHeadTimeoutMs: 300_000,
  // An answer in one piece is generated first. OpenAI's and Anthropic's own SDKs wait ten minutes.
  wholeHeadTimeoutMs: 600_000,
  // Reasoning models are silent for a minute or more between two pieces.
  idleTimeoutMs: 120_000,
  requestTimeoutMs: 1_200_000,
  drainMaxMs: 30_000,
  recordMaxMs: 10_000,
  closeMaxMs: 30_000,
  // A provider takes some hundred milliseconds, and a client waits for the count before each turn.
  countMaxMs: 10_000,
  // A hundred copies a second of answers that take a second, and as many of a MiB: what a small process can hold beside its work.
  shadowsMax: 128,
  shadowBodiesMaxBytes: 64 * 1024 * 1024,
  // A model that takes longer than this is not one to change to.
  shadowTimeoutMs: 300_000,
  // A takeover of the log takes seconds. A copy is worth no more.
  shadowRecordMaxMs: 30_000,
};
