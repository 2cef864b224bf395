import type { CompleteRequest } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { TokenUsage } from '#money/token-usage.ts';
import type { ProviderConfig } from './config.ts';

/** The text of an answer, for an estimate: what was kept of it, and how many times more there was. */
export interface TextSample {
  readonly text: string;
  /** 1 where all of the text was kept. */
  readonly scale: number;
}

/** An answer that came in one piece. */
export type WholeAnswer =
  | {
      readonly kind: 'answer';
      /** In OpenAI's form. */
      readonly body: Buffer;
      /** As the provider reported it; null where it did not, or where the report has no meaning. */
      readonly usage: TokenUsage | null;
      readonly sample: () => TextSample;
    }
  | { readonly kind: 'invalid' };

/**
 * Where an answer stands. `whole`: the provider said that it is complete. `failed`: the provider said that it broke.
 * `invalid`: it cannot be read. `too-long`: the gateway can pass no more of it on, and reads it for its usage alone.
 * Whatever is still open when the provider's bytes end was cut.
 */
export type AnswerStatus = 'open' | 'whole' | 'failed' | 'invalid' | 'too-long';

/** Reads a provider's answer, one document or a stream, and gives it in OpenAI's form. */
export interface AnswerDecoder {
  /** Takes the next bytes; returns what the client may have now, or null. */
  push(bytes: Buffer): Buffer | null;
  /** The provider's bytes are at their end. */
  end(): void;
  readonly status: () => AnswerStatus;
  /** Nothing more is to be read. */
  readonly isOver: () => boolean;
  readonly usage: () => TokenUsage | null;
  /**
   * Whether `usage` counts the whole answer. Reported before its end it counts the prompt, and a beginning of the
   * answer.
   */
  readonly isUsageFinal: () => boolean;
  /** Whether a model has begun to answer, though the client may have nothing of it yet: sent again, it is paid twice. */
  readonly hasWork: () => boolean;
  /** What was held back until the usage is durable: the end of a whole answer. */
  readonly closing: () => Buffer;
  readonly sample: () => TextSample;
}

/** A request in a provider's own form, and how to read what it answers. */
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
  /** Refused where this provider cannot do what is asked for. */
  encode(request: CompleteRequest, model: string, config: ProviderConfig): EncodedRequest | EncodingRefusal;
  /** A refusal's document in OpenAI's shape; null where it has none. */
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
  /** Rejects with a `CallFault` where no answer begins. */
  readonly head: Promise<ResponseHead>;
  /** All bytes that have arrived since; null at the end. Rejects with a `CallFault` after the last bytes of a cut answer. */
  read(): Promise<Buffer | null>;
  /** Whether the request may have reached the provider. */
  readonly wasSent: () => boolean;
  /** Lets the answer run out unread, so that the connection can be used again; breaks it where that takes long. */
  discard(): void;
  /** Breaks the connection. Does nothing where the answer is over. */
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
