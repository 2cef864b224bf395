import type { ProviderConfig } from './config.ts';

/** An answer's status and headers. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** One HTTP call under way. */
export interface ProviderCall {
  /** Rejects with a `CallFault` if no answer begins. */
  readonly head: Promise<ResponseHead>;
  /**
   * All bytes that have arrived since the last call; null at the end. Rejects with a `CallFault` after the last bytes
   * of a cut answer.
   */
  read(): Promise<Buffer | null>;
  /** Whether the request may have reached the provider. */
  readonly wasSent: () => boolean;
  /**
   * Reads the rest of the answer without keeping it, so that the connection can be used again. Closes the connection if
   * that takes long.
   */
  discard(): void;
  /** Closes the connection. Does nothing if the answer is over. */
  abort(): void;
}

/**
 * Why a call ended early. `timeout`: no connection was free, or no answer came, in time. `connection`: none was made (no address,
 * no way, refused, not trusted, too slow), so nothing was sent. `unauthorized`: the key was refused where access tokens are given, so
 * nothing was sent. `broken`: it was made, and broke. `aborted`: the gateway ended it.
 */
export type CallFaultReason = 'timeout' | 'connection' | 'unauthorized' | 'broken' | 'aborted';

export class CallFault extends Error {
  override readonly name = 'CallFault';
  readonly reason: CallFaultReason;
  /** The network's own word: ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED, UND_ERR_SOCKET. Empty: it has none. */
  readonly code: string;

  constructor(reason: CallFaultReason, options?: { cause?: unknown }) {
    super(`the call to the provider ended early: ${reason}`, options);
    this.reason = reason;
    this.code = codeOf(options?.cause);
  }
}

/** An error's code, or that of what caused it. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  if ('code' in thrown) return String(thrown.code);
  return thrown.cause instanceof Error && 'code' in thrown.cause ? String(thrown.cause.code) : '';
}

/** What is sent to a provider, beside its key. */
export interface ProviderPost {
  /** Absent: POST. A GET has no body. */
  readonly method?: 'GET' | 'POST' | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where the key goes; absent: where the provider usually takes it. */
  readonly auth?: string | undefined;
  readonly requestId: string;
  readonly isStream: boolean;
}

/** A provider that can be called. */
export interface Provider {
  readonly config: ProviderConfig;
  /** Whether a text, such as a provider's error, tells the gateway's key, or an access token that was made of it. */
  tellsSecret(text: string | Buffer): boolean;
  call(post: ProviderPost): ProviderCall;
  /** Resolves when the calls under way have ended, with the connections closed. Nothing is called from then on. */
  retire(): Promise<void>;
  /** Breaks all connections. */
  close(): Promise<void>;
}
