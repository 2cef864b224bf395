/** A provider that requests can be sent to: as policy has it, with its key. */
export interface ProviderConfig {
  /** Unique; `<name>/<model>` restricts a request to it. */
  readonly name: string;
  /** The wire format it speaks. */
  readonly kind: 'openai' | 'anthropic';
  /** The URL up to and including the version: `https://api.openai.com/v1`. For Anthropic with or without its `/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The name of the output bound at an OpenAI-compatible provider; default `max_completion_tokens`. */
  readonly maxTokensParam?: 'max_tokens' | 'max_completion_tokens' | undefined;
  /** The most connections at a time. More requests wait for one. Default CONNECTIONS_MAX. */
  readonly connections?: number | undefined;
}

/** Every wait of the router. Each has a default for production; tests set shorter ones. */
export interface RouterLimits {
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
  /** The time of a request with all its attempts. */
  readonly requestTimeoutMs: number;
  /** How long the router still listens to a provider for its usage after the client went away. */
  readonly drainMaxMs: number;
  /** How long the router tries to write to a log that cannot be written. */
  readonly recordMaxMs: number;
  /** How long running requests may take when the router closes. */
  readonly closeMaxMs: number;
}

/** A stream holds its connection until it ends, so this bounds the concurrent streams of one provider. */
export const CONNECTIONS_MAX = 512;

export const defaultLimits: RouterLimits = {
  // A handshake across the world takes half a second. Ten seconds mean that the network is down.
  connectTimeoutMs: 10_000,
  // A stream's head comes with the first token or before. A minute covers long prompts and a queue at the provider.
  streamHeadTimeoutMs: 60_000,
  // An answer in one piece is generated first. OpenAI's and Anthropic's own SDKs wait ten minutes.
  wholeHeadTimeoutMs: 600_000,
  // Reasoning models are silent for a minute or more between two pieces.
  idleTimeoutMs: 120_000,
  requestTimeoutMs: 1_200_000,
  drainMaxMs: 30_000,
  recordMaxMs: 10_000,
  closeMaxMs: 30_000,
};
