import type { Usage } from '#ai/usage.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { ProviderConfig } from './config.ts';

/** The text of an answer for an estimate: the kept part, and the factor to the whole length. */
export interface TextSample {
  readonly text: string;
  /** 1 if all of the text was kept. */
  readonly scale: number;
}

/** An answer that came in one piece. */
export type WholeAnswer =
  | {
      readonly kind: 'answer';
      /** In OpenAI's form. */
      readonly body: Buffer;
      /** The provider's report; null if there is none, or if it makes no sense. */
      readonly usage: Usage | null;
      readonly sample: () => TextSample;
    }
  | { readonly kind: 'invalid' };

/**
 * The state of an answer. `whole`: the provider said that it is complete. `failed`: the provider said that it broke.
 * `invalid`: it cannot be read. `too-long`: the gateway can pass no more of it on, and reads on for its usage alone. An
 * answer that is still open when the provider's bytes end was cut.
 */
export type AnswerStatus = 'open' | 'whole' | 'failed' | 'invalid' | 'too-long';

/** Reads a provider's answer, one document or a stream, and gives it in OpenAI's form. */
export interface AnswerDecoder {
  /** Takes the next bytes. Returns the bytes that the client may have now, or null. */
  push(bytes: Buffer): Buffer | null;
  /** The provider's bytes have ended. */
  end(): void;
  readonly status: () => AnswerStatus;
  /** Whether there is nothing more to read. */
  readonly isOver: () => boolean;
  readonly usage: () => Usage | null;
  /**
   * Whether `usage` counts the whole answer. A report before the end counts the prompt and a beginning of the answer.
   */
  readonly isUsageFinal: () => boolean;
  /**
   * Whether a model has begun to answer, even if the client has nothing of it yet. Another call would then be paid
   * twice.
   */
  readonly hasWork: () => boolean;
  /** The held back end of a whole answer, for when the usage is durable. */
  readonly closing: () => Buffer;
  readonly sample: () => TextSample;
}

/** A request in a provider's own form, and a decoder for its answer. */
export interface EncodedRequest {
  readonly kind: 'encoded';
  readonly body: Buffer;
  openWhole(): AnswerDecoder;
  openStream(): AnswerDecoder;
}

/** One wire format. */
export interface Dialect {
  /** The URL path after the base URL's own. */
  readonly path: (basePath: string) => string;
  readonly headers: (apiKey: string) => Readonly<Record<string, string>>;
  /** A refusal if this provider cannot do what the request asks for. */
  encode(request: CompleteRequest, model: string, config: ProviderConfig): EncodedRequest | EncodingRefusal;
  /** The document of a refusal in OpenAI's shape; null if it has none. */
  errorBody(bytes: Buffer): Buffer | null;
}

export interface EncodingRefusal {
  readonly kind: 'refused';
  readonly refusal: Refusal;
}

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

/** Why a call ended early. */
export class CallFault extends Error {
  override readonly name = 'CallFault';
  readonly reason: 'timeout' | 'broken' | 'aborted';

  constructor(reason: 'timeout' | 'broken' | 'aborted', options?: { cause?: unknown }) {
    super(`the call to the provider ended early: ${reason}`, options);
    this.reason = reason;
  }
}

/** A provider that can be called. */
export interface Provider {
  readonly config: ProviderConfig;
  readonly dialect: Dialect;
  call(body: Buffer, requestId: string, isStream: boolean): ProviderCall;
  /** Resolves when the calls under way have ended, with the connections closed. Nothing is called from then on. */
  retire(): Promise<void>;
  /** Breaks all connections. */
  close(): Promise<void>;
}
